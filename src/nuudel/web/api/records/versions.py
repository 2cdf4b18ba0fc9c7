"""The version of a record: its ETag, and that a change is made on what was read."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from nuudel.web.access.models import Record
from nuudel.web.api.idempotency import Receipt
from nuudel.web.api.problems import ApiError


def version_of(record: Record) -> str:
    """Changes with every change of the record."""
    return f"{int(record.changed_at.timestamp() * 1_000_000):x}"


def demand_version(request: HttpRequest, record: Record) -> None:
    """``WEB-261`` without ``If-Match``, ``WEB-260`` where the record is another version by now."""
    asked = request.headers.get("If-Match", "")
    if not asked:
        raise ApiError("match_missing")
    if f'"{version_of(record)}"' not in {tag.strip() for tag in asked.split(",")} and asked.strip() != "*":
        raise ApiError("changed")


def with_version(response: HttpResponse, record: Record) -> None:
    """A record's own headers: its version, and that nobody keeps a copy."""
    response.headers["ETag"] = f'"{version_of(record)}"'
    response.headers["Cache-Control"] = "no-store"


def receipt(key: str, record: Record, status: int = 200, **more: Any) -> Receipt:
    """The answer to a write: which record, its state and version."""
    version = version_of(record)
    return Receipt(
        status,
        {"id": str(record.pk), "state": record.state, "version": version, **more},
        {"ETag": f'"{version}"', "Location": f"/api/v1/records/{key}/{record.pk}"},
    )
