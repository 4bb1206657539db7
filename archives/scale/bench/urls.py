"""The product's addresses and, beside them, the rivals'; in force only while `manage.py bench` runs."""

from django.urls import URLPattern, URLResolver, include, path

from archives.scale.bench import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/empty/", pages.empty, name="bench-empty"),
    path("bench/live/", pages.live, name="bench-live"),
    path("bench/plain/", pages.plain, name="bench-plain"),
    path("", include("zhtj.urls")),
]
