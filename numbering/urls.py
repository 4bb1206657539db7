"""Addresses of segments, issued numbers and registrations."""

from django.urls import URLPattern, path

from numbering.views import (
    allotment,
    issue_list,
    issues,
    pending,
    registration_filing,
    registration_province,
    registrations,
    segments,
)

REGISTRATIONS = "numbers/registrations/"

urlpatterns: list[URLPattern] = [
    path("numbers/", segments.segments, name="segments"),
    path("numbers/tree/", segments.search, name="segments-search"),
    path("numbers/tree/<int:pk>/", segments.children, name="segments-children"),
    path("numbers/hand-down/", allotment.hand_down, name="segment-hand-down"),
    path("numbers/segments/<int:pk>/", segments.segment, name="segment"),
    path("numbers/segments/<int:pk>/batch/", allotment.batch, name="segment-batch"),
    path("numbers/segments/<int:pk>/take-back/", allotment.take_back, name="segment-take-back"),
    path("numbers/issues/", issues.issues, name="issues"),
    path("numbers/issues/new/", issues.new, name="issue-new"),
    path("numbers/issues/new/tree/", issues.search, name="issue-new-search"),
    path("numbers/issues/new/tree/<int:pk>/", issues.children, name="issue-new-children"),
    path("numbers/issues/list/", issue_list.issue_list, name="issue-list"),
    path("numbers/issues/template/", issue_list.template, name="issue-template"),
    path("numbers/issues/<uuid:uuid>/withdraw/", issues.withdraw, name="issue-withdraw"),
    path("numbers/pending/", pending.pending, name="numbers-pending"),
    path(REGISTRATIONS, registrations.registrations, name="registrations"),
    path(f"{REGISTRATIONS}decide/", registrations.decide, name="registrations-decide"),
    path(f"{REGISTRATIONS}export/", registration_province.export, name="registrations-export"),
    path(f"{REGISTRATIONS}returned/", registration_province.returned_list, name="registrations-returned"),
    path(f"{REGISTRATIONS}<uuid:uuid>/", registrations.registration, name="registration"),
    path(f"{REGISTRATIONS}<uuid:uuid>/edit/", registration_filing.edit, name="registration-edit"),
    path(f"{REGISTRATIONS}<uuid:uuid>/withdraw/", registration_filing.withdraw, name="registration-withdraw"),
]
for kind, (children, search) in registration_filing.FRAGMENTS.items():
    urlpatterns += [
        path(
            f"{REGISTRATIONS}{kind}/", registration_filing.file, {"kind": kind}, name=f"registration-{kind}"
        ),
        path(
            f"{REGISTRATIONS}{kind}/tree/",
            search,
            name=f"registration-{kind}-search",
        ),
        path(
            f"{REGISTRATIONS}{kind}/tree/<int:pk>/",
            children,
            name=f"registration-{kind}-children",
        ),
    ]
