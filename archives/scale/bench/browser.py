"""Requests as a web server hands them to the product: through every middleware, signed in, without a network between."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from archives.scale.bench.rounds import insist
from orgs.models import Role

TOKEN = "b" * 32
"""Of the CSRF cookie and field; anything will do, as long as both say the same."""


class Browser:
    """One signed-in person acting in one role."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self._handler = WSGIHandler()
        with override_settings(MIDDLEWARE=[]):
            self._bare = WSGIHandler()
        self._session = import_module(settings.SESSION_ENGINE).SessionStore()
        self._session.update({
            SESSION_KEY: str(role.user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: role.user.get_session_auth_hash(), "began": time.time(), "seen": time.time(), "role": role.pk,
        })  # fmt: skip
        self._session.save()

    def get(self, address: str, *, fragment: bool = False) -> bytes:
        """The body of a page, or of a fragment that a script asks for."""
        status, body = self.ask(self._environ(address) | ({"HTTP_HX_REQUEST": "true"} if fragment else {}))
        insist(status == 200, f"{address} 回答 {status}")
        return body

    def bare(self, address: str) -> bytes:
        """The body of a view that nothing stands before: no session, no person, none of the middleware."""
        response = self._bare(self._environ(address), _begin)
        insist(response.status_code == 200, f"{address} 回答 {response.status_code}")
        return b"".join(response)

    def post(self, address: str, body: bytes, content_type: str) -> int:
        """The status of the answer."""
        sent = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        return self.ask(self._environ(address) | sent | {"wsgi.input": io.BytesIO(body)})[0]

    def ask(self, environ: dict[str, Any]) -> tuple[int, bytes]:
        response = self._handler(environ, _begin)
        body = b"".join(response)
        response.close()
        return response.status_code, body

    def renew(self) -> None:
        """The session as it began, without messages that no page has shown."""
        self._session.save()

    def sign_out(self) -> None:
        self._session.delete()

    def _environ(self, address: str) -> dict[str, Any]:
        parts = urlsplit(address)
        environ: dict[str, Any] = {
            "PATH_INFO": parts.path, "QUERY_STRING": parts.query, "REQUEST_METHOD": "GET",
            "HTTP_HOST": settings.ALLOWED_HOSTS[0], "SERVER_NAME": settings.ALLOWED_HOSTS[0],
            "REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={self._session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "wsgi.url_scheme": "https" if settings.HTTPS else "http",
        }  # fmt: skip
        setup_testing_defaults(environ)
        return environ


def _begin(*sent: object) -> Callable[[bytes], object]:
    """Where a server would write the head of the answer."""
    return lambda body: None


@contextmanager
def signed_in(role: Role) -> Iterator[Browser]:
    """With the bench's own addresses beside the product's, and nothing collected for debugging."""
    with override_settings(ROOT_URLCONF="archives.scale.bench.urls", DEBUG=False):
        browser = Browser(role)
        try:
            yield browser
        finally:
            browser.sign_out()
