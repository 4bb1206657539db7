"""All addresses. Each app brings its own; the words of the menu are the guide's."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
]
