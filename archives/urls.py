"""Addresses of the screens that join person and file: entry, review, the person's page."""

from django.urls import URLPattern, path

from archives.views import entry, home, uploads

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("members/enter/", entry.enter, name="enter"),
    path("members/enter/fields/", entry.fields, name="enter-fields"),
    path("members/<uuid:uuid>/entered/", entry.entered, name="entered"),
    path("uploads/", uploads.receive, name="upload"),
    path("uploads/<uuid:uuid>/", uploads.state, name="upload-state"),
]
