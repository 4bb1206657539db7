"""Addresses of the lists."""

from django.urls import URLPattern, path

from members.views import cadres, listing, school_year, study, titles

urlpatterns: list[URLPattern] = [
    path("members/", listing.members, name="members"),
    path("members/study/", school_year.branch, name="study"),
    path("members/<uuid:uuid>/study/", study.update, name="study-update"),
    path("cadres/", cadres.cadres, name="cadres"),
    path("cadres/titles/", titles.titles, name="titles"),
    path("cadres/titles/suggested/", titles.suggested, name="titles-suggested"),
    path("cadres/titles/later/", titles.later, name="titles-later"),
    path("cadres/titles/<int:pk>/", titles.choose, name="titles-choose"),
]
