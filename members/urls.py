"""Addresses of the lists."""

from django.urls import URLPattern, path

from members.views import cadres, listing, school_year, study

urlpatterns: list[URLPattern] = [
    path("members/", listing.members, name="members"),
    path("members/study/", school_year.branch, name="study"),
    path("members/<uuid:uuid>/study/", study.update, name="study-update"),
    path("cadres/", cadres.cadres, name="cadres"),
]
