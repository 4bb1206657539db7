"""Logs and error reports without personal data (security: absent from URLs, logs and error mails)."""

import logging
import re
from collections.abc import ItemsView
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

ID_NUMBER = re.compile(r"(?<!\d)([1-9]\d{5})\d{8}(\d{3}[\dXx])(?!\d)")
PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
"""Of the request this thread is answering: every line of its log carries it, and the page that says something went wrong."""


def masked(text: str) -> str:
    """The text with every ID number and mobile number in it masked."""
    return PHONE.sub(r"\1****\2", ID_NUMBER.sub(r"\1********\2", text))


class MaskPersonalData(logging.Filter):
    """Masks the finished message; keeps the record otherwise."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.getMessage())
        record.args = None
        return True


class NameRequest(logging.Filter):
    """Adds `request_id` to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True


class LineFormatter(logging.Formatter):
    """ISO-8601 with offset, one line an event (no log injection).

    Only failures bring a traceback: masked, and indented, so that no line of it can pass for an event. The words of a refusal may
    name a person, and its status says enough.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)
        record.msg = str(record.msg).replace("\r", "\\r").replace("\n", "\\n")
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return super().format(record).replace("\n", "\n    ")

    def formatException(self, ei: Any) -> str:
        return masked(super().formatException(ei))


class NoFormData(SafeExceptionReporterFilter):
    """Error reports never show what people typed, nor local variables that may hold it."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def is_active(self, request: HttpRequest | None) -> bool:
        return True
