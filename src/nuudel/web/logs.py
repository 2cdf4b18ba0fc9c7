"""Logs without personal data: addresses and long numbers are taken out of every line before it is written."""

import logging
import re
from traceback import format_tb
from typing import Any

from django.db.utils import DatabaseError
from psycopg import Error as PostgresError

from nuudel.base.errors import NuudelError

SCRUBBED = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[address]"),
    # What PostgreSQL adds to an error: the values of the row.
    (re.compile(r"^(DETAIL|CONTEXT|PARAMETERS): .*$", re.MULTILINE), r"\1: [left out]"),
    # Registration numbers (two letters, eight digits), telephone and passport numbers.
    (re.compile(r"\b[А-ЯЁӨҮA-Z]{0,2}\d{7,}\b", re.IGNORECASE), "[number]"),
    # One-time links, reset keys and the keys of phones in paths.
    (
        re.compile(r"(/account/(?:welcome|password/reset/key|confirm-email)/|/collect/key/)[^/\s]+"),
        r"\1[key]",
    ),
)


def scrub(text: str) -> str:
    """A text without what could name a person."""
    for pattern, replacement in SCRUBBED:
        text = pattern.sub(replacement, text)
    return text


class ScrubbingFormatter(logging.Formatter):
    """Formats a line, traceback included, and scrubs it."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  the name that logging calls
        """Where it happened and what kind it was; what it says, only where that holds no values.

        A template's error, for one, prints all that the page was to show.
        """
        parts = []
        error: BaseException | None = ei[1]
        while error is not None:
            parts.append("".join(format_tb(error.__traceback__)) + type(error).__qualname__ + said(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(parts))


def said(error: BaseException) -> str:
    """The words of our own errors, and the first line of the database's."""
    if isinstance(error, NuudelError):
        return f": {error}"
    if isinstance(error, DatabaseError | PostgresError):
        return f": {str(error).partition(chr(10))[0]}"
    return ""


def logging_settings() -> dict[str, object]:
    """Everything from warnings up to standard error, in one format."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "scrubbed": {
                "()": "nuudel.web.logs.ScrubbingFormatter",
                "format": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            }
        },
        "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "scrubbed"}},
        "root": {"handlers": ["standard"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers would write a second time, without scrubbing, and mail tracebacks.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
