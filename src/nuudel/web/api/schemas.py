"""What all operations share in the description of the API: problems, texts in languages, pages."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field


class Strict(Schema):
    """What a request may hold: an entry that is not named here is an error."""

    model_config = ConfigDict(extra="forbid")


class FieldProblem(Schema):
    """A field and why it is refused."""

    field: str
    reason: str


class Problem(Schema):
    """Why a request was not served (RFC 9457). It holds names of fields, never what was in them."""

    type: str = Field(description="Where the code is explained.")
    title: str
    status: int
    detail: str
    code: str = Field(description="The code of the house, such as WEB-255.", examples=["WEB-255"])
    next_step: str = Field(description="What to do.")
    fields: list[str] = Field(description="Names of the fields concerned.")
    errors: list[FieldProblem]
    request_id: str = Field(description="Tell it to the support.")


Words = Annotated[
    dict[str, str], Field(description="The text in each language.", examples=[{"en": "", "mn": ""}])
]


class Paged(Schema):
    """A page of a list."""

    next: str | None = Field(description="Address of the next page; null on the last one.")


PUBLIC_PROBLEMS = frozenset({400, 404, 405, 422, 429, 500, 503})
READ_PROBLEMS = frozenset({400, 401, 403, 404, 405, 422, 429, 500})
WRITE_PROBLEMS = READ_PROBLEMS | {409, 413, 415}
CHANGE_PROBLEMS = WRITE_PROBLEMS | {412, 428}


def responses(model: Any, problems: frozenset[int], status: int = 200) -> dict[Any, Any]:
    """The answers of an operation: the wanted one, and problems."""
    return {status: model, problems: Problem}


def public(model: Any) -> dict[Any, Any]:
    """The answers of an operation on published figures; 304 where the client has them already."""
    return {200: model, 304: None, PUBLIC_PROBLEMS: Problem}
