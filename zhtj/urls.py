"""All addresses. Each app brings its own; the words of the menu are the guide's."""

from django.urls import include, path

from orgs.province import site
from zhtj import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", site.urls),
    path("", include("orgs.urls")),
    path("", include("numbering.urls")),
    path("", include("members.urls")),
    path("", include("archives.urls")),
]
handler400 = "orgs.views.errors.bad_request"
handler403 = "orgs.views.errors.forbidden"
handler404 = "orgs.views.errors.not_found"
handler500 = "orgs.views.errors.server_error"
