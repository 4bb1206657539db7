"""Addresses of the lists."""

from django.urls import URLPattern, path

from members.views import listing

urlpatterns: list[URLPattern] = [path("members/", listing.members, name="members")]
