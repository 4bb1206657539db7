"""Addresses of the lists."""

from django.urls import URLPattern, path

from members.views import cadres, listing, study

urlpatterns: list[URLPattern] = [
    path("members/", listing.members, name="members"),
    path("members/<uuid:uuid>/study/", study.update, name="study-update"),
    path("cadres/", cadres.cadres, name="cadres"),
]
