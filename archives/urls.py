"""Addresses of the screens that join person and file: entry, review, the person's page."""

from django.urls import URLPattern, path

from archives.views import (
    appointment,
    drafts,
    entry,
    entry_below,
    files,
    home,
    person,
    resubmission,
    reveal,
    review,
    uploads,
    withdrawal,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("members/enter/", entry.enter, name="enter"),
    path("members/enter/fields/", entry.fields, name="enter-fields"),
    path("members/enter-below/", entry_below.enter_below, name="enter-below"),
    path("members/enter-below/fields/", entry_below.fields, name="enter-below-fields"),
    path("members/enter-below/tree/", entry_below.search, name="enter-below-search"),
    path("members/enter-below/tree/<int:pk>/", entry_below.children, name="enter-below-children"),
    path("cadres/enter/", entry.cadre, name="enter-cadre"),
    path("cadres/enter/fields/", entry.cadre_fields, name="enter-cadre-fields"),
    path("drafts/", drafts.save, name="draft-save"),
    path("drafts/<uuid:uuid>/delete/", drafts.delete, name="draft-delete"),
    path("members/<uuid:uuid>/entered/", entry.entered, name="entered"),
    path("uploads/", uploads.receive, name="upload"),
    path("uploads/<uuid:uuid>/", uploads.state, name="upload-state"),
    path("uploads/<uuid:uuid>/pages/<int:number>/", files.upload_page, name="upload-page"),
    path("members/<uuid:uuid>/", person.person, name="member"),
    path("members/<uuid:uuid>/archive/", resubmission.resubmit, name="resubmit"),
    path("members/<uuid:uuid>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("members/<uuid:uuid>/reveal/", reveal.reveal, name="reveal"),
    path("cadres/appoint/<uuid:uuid>/", appointment.appoint, name="appoint"),
    path("cadres/leave/<uuid:uuid>/", appointment.leave, name="leave"),
    path("reviews/", review.reviews, name="reviews"),
    path("reviews/<uuid:uuid>/", review.desk, name="review"),
    path("reviews/<uuid:uuid>/approve/", review.approve, name="review-approve"),
    path("reviews/<uuid:uuid>/refuse/", review.refuse, name="review-refuse"),
    path("archives/<uuid:uuid>/original/", files.original, name="archive-original"),
    path("archives/<uuid:uuid>/pages/<int:number>/", files.page, name="archive-page"),
]
