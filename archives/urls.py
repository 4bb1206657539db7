"""Addresses of the screens that join person and file: entry, review, the person's page."""

from django.urls import URLPattern, path

from archives.views import entry, files, home, person, resubmission, review, uploads

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("members/enter/", entry.enter, name="enter"),
    path("members/enter/fields/", entry.fields, name="enter-fields"),
    path("members/<uuid:uuid>/entered/", entry.entered, name="entered"),
    path("uploads/", uploads.receive, name="upload"),
    path("uploads/<uuid:uuid>/", uploads.state, name="upload-state"),
    path("uploads/<uuid:uuid>/pages/<int:number>/", files.upload_page, name="upload-page"),
    path("members/<uuid:uuid>/", person.person, name="member"),
    path("members/<uuid:uuid>/archive/", resubmission.resubmit, name="resubmit"),
    path("reviews/", review.reviews, name="reviews"),
    path("reviews/<uuid:uuid>/", review.desk, name="review"),
    path("reviews/<uuid:uuid>/approve/", review.approve, name="review-approve"),
    path("reviews/<uuid:uuid>/refuse/", review.refuse, name="review-refuse"),
    path("archives/<uuid:uuid>/original/", files.original, name="archive-original"),
    path("archives/<uuid:uuid>/pages/<int:number>/", files.page, name="archive-page"),
]
