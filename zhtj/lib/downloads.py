"""Giving out a file once a view has checked who asks."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

log = logging.getLogger(__name__)
R = TypeVar("R", bound=HttpResponseBase)


def attachment(path: Path, *, inside: str, name: str, content_type: str) -> HttpResponseBase:
    """A file to be kept, never to be rendered on our pages; `inside` is its address within nginx (deploy/nginx.conf)."""
    response = _sent(path, inside)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Type"] = content_type
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return private(response)


def private(response: R) -> R:
    """Kept by no cache, guessed at by no browser, shown on no other site."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _sent(path: Path, inside: str) -> HttpResponseBase:
    if settings.FILES_BY_NGINX:
        return HttpResponse(headers={"X-Accel-Redirect": inside})
    try:
        return FileResponse(path.open("rb"))
    except FileNotFoundError:
        log.exception("the file behind %s is gone", inside)
        raise Http404 from None
