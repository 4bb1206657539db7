"""Addresses of the screens that join person and file: entry, review, the person's page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
