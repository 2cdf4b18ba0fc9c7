"""What is sent back: status, media type, bytes; and how an error is told in either version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nuudel.base.errors import PublicationError

JSON = "application/json; charset=utf-8"
CSV = "text/csv; charset=utf-8"
PX = "application/octet-stream"

# Number of the error -> status in version 1, status and title in version 2 (as the reference titles it).
TOLD: Mapping[int, tuple[int, int, str]] = {
    401: (404, 404, "Non-existent table"),
    402: (400, 400, "Non-existent variable"),
    403: (400, 400, "Non-existent value"),
    404: (400, 400, "Illegal selection expression"),
    405: (400, 400, "Missing selection for mandantory variable"),
    406: (403, 400, "Too many cells selected"),
    407: (400, 400, "Unsupported output format"),
    408: (400, 400, "Non-existent codelist"),
    409: (404, 404, "Non-existent page"),
    410: (404, 400, "Unsupported language"),
    411: (400, 400, "Illegal query"),
    412: (404, 404, "Non-existent address"),
    413: (405, 405, "Method not allowed"),
    414: (400, 400, "Unsupported parameter"),
    416: (404, 404, "Non-existent codelist"),
}


@dataclass(frozen=True)
class Answer:
    """One answer, ready to be sent."""

    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON object."""
        return json.loads(self.body)


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, JSON, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def error_number(error: PublicationError) -> int:
    return int(error.code.rpartition("-")[2])


def told(error: PublicationError) -> tuple[int, int, str]:
    """How an error is told; one of another part means that the figures cannot be written in the format."""
    return TOLD.get(error_number(error), TOLD[407])


def told_v1(error: PublicationError) -> Answer:
    """An error of version 1: ``{"error": …}`` with the code of this house."""
    return json_answer({"error": str(error)}, told(error)[0])


def told_v2(error: PublicationError) -> Answer:
    """An error of version 2: the problem as the reference titles it, the detail as this house says it."""
    _, status, title = told(error)
    return json_answer(
        {"type": "Parameter error", "title": title, "status": status, "detail": str(error)}, status
    )


def read_json(body: bytes) -> dict[str, Any]:
    """The object of a posted query; error ``PUBLICATION-411``."""
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise illegal("the body is no JSON object")
    return value


def illegal(problem: str) -> PublicationError:
    return PublicationError(411, f"the query cannot be understood: {problem}.", "Correct it.", ("query",))
