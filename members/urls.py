"""Addresses of the lists."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
