"""Addresses of the lists."""

from django.urls import URLPattern, path

from members.views import cadres, listing

urlpatterns: list[URLPattern] = [
    path("members/", listing.members, name="members"),
    path("cadres/", cadres.cadres, name="cadres"),
]
