"""The operations of one record type: tokens, keys and versions here, everything else in the register."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema

from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.api.cursors import make_cursor, next_link, read_cursor
from nuudel.web.api.idempotency import Receipt, once
from nuudel.web.api.problems import ApiError, not_found
from nuudel.web.api.records.register import Asked, Register
from nuudel.web.api.records.shown import (
    Attachments,
    CommentNew,
    Comments,
    Done,
    TransitionNew,
    page_model,
    record_model,
)
from nuudel.web.api.records.versions import demand_version, receipt, version_of, with_version
from nuudel.web.api.routers import Router
from nuudel.web.api.schemas import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS, responses
from nuudel.web.api.statistics.lists import Cursor, Fields, Limit, columns_of
from nuudel.web.api.tokens import Token, demand_scope

Filter = Annotated[str, Query(max_length=40)]
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A random key; send the same one when you repeat the request.",
    "schema": {"type": "string", "pattern": "^[!-~]{8,64}$"},
}
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the record as you have read it.",
    "schema": {"type": "string", "minLength": 1},
}


def router_of(register: Register) -> Router:
    """All operations on the records of a type."""
    router = Router(auth=Token(), tags=["records"])
    add_reading(router, register)
    add_writing(router, register)
    add_parts(router, register)
    return router


def user_of(request: HttpRequest, register: Register, kind: str) -> User:
    """Who acts by the token, if it has the scope."""
    token = request.auth  # type: ignore[attr-defined]
    demand_scope(token, register.key, kind)
    user: User = token.user
    return user


def names(register: Register, what: str) -> dict[str, Any]:
    """The name of an operation and of its address."""
    return {
        "operation_id": f"{register.key.replace('.', '_')}_{what}",
        "url_name": f"{register.key}-{what}",
    }


def needing(*headers: dict[str, Any]) -> dict[str, Any]:
    """Headers that a write needs, for the description."""
    return {"parameters": list(headers)}


def add_reading(router: Router, register: Register) -> None:
    """List and get."""
    shown = record_model(register)

    @router.get(
        "", response=responses(page_model(register), READ_PROBLEMS), exclude_unset=True,
        summary=f"List {register.title}, the newest first", **names(register, "list"),
    )  # fmt: skip
    def list_records(
        request: HttpRequest, state: Filter = "", place: Filter = "", cursor: Cursor = "",
        limit: Limit = 50, fields: Fields = "",
    ) -> dict[str, Any]:  # fmt: skip
        user = user_of(request, register, "read")
        columns = columns_of(shown, fields)
        found = list(register.page(user, Asked(state, place, after_of(request, cursor), limit)))
        more = len(found) > limit
        link = next_link(request, make_cursor(request, str(found[limit - 1].pk))) if more else None
        return {
            "items": [row(register, user, record, columns, listed=True) for record in found[:limit]],
            "next": link,
        }

    @router.get(
        "/{uuid:pk}", response=responses(shown, READ_PROBLEMS), exclude_unset=True,
        summary=f"Get one of the {register.title}", **names(register, "get"),
    )  # fmt: skip
    def get_record(
        request: HttpRequest, response: HttpResponse, pk: UUID, fields: Fields = ""
    ) -> dict[str, Any]:
        user = user_of(request, register, "read")
        columns = columns_of(shown, fields)
        record = register.find(user, pk)
        with_version(response, record)
        return row(register, user, record, columns)


def add_writing(router: Router, register: Register) -> None:
    """Create and change."""
    key = register.key

    @router.post(
        "", response=responses(Done, WRITE_PROBLEMS, 201), openapi_extra=needing(KEY),
        summary=f"Make one of the {register.title}", **names(register, "create"),
    )  # fmt: skip
    def create_record(request: HttpRequest, body: register.new) -> HttpResponse:  # type: ignore[name-defined]
        user = user_of(request, register, "write")

        def work() -> Receipt:
            return receipt(key, register.create(user, given(body)), 201)

        return once(request, f"{key} create", work)

    @router.patch(
        "/{uuid:pk}", response=responses(Done, CHANGE_PROBLEMS), openapi_extra=needing(KEY, MATCH),
        summary=f"Change one of the {register.title}", **names(register, "change"),
    )  # fmt: skip
    def change_record(request: HttpRequest, pk: UUID, body: register.changed) -> HttpResponse:  # type: ignore[name-defined]
        user = user_of(request, register, "write")

        def work() -> Receipt:
            record = locked(request, register, user, pk)
            return receipt(key, register.change(user, record, given(body)))

        return once(request, f"{key} change {pk}", work)

    if register.actions:
        add_steps(router, register)


def add_steps(router: Router, register: Register) -> None:
    """Steps from state to state, where a type has any."""
    key = register.key

    @router.post(
        "/{uuid:pk}/transitions", response=responses(Done, CHANGE_PROBLEMS),
        openapi_extra=needing(KEY, MATCH),
        summary=f"Take one of the {register.title} to its next state: {', '.join(register.actions)}",
        **names(register, "transition"),
    )  # fmt: skip
    def transition_record(request: HttpRequest, pk: UUID, body: TransitionNew) -> HttpResponse:
        user = user_of(request, register, "write")
        if body.action not in register.actions:
            raise not_listed(register, body.action)

        def work() -> Receipt:
            record = locked(request, register, user, pk)
            return receipt(key, register.transition(user, record, body.action, body.reason))

        return once(request, f"{key} transition {pk}", work)


def add_parts(router: Router, register: Register) -> None:
    """Comments and attachments."""
    key = register.key

    @router.get(
        "/{uuid:pk}/comments", response=responses(Comments, READ_PROBLEMS),
        summary="What was written about it, the oldest first", **names(register, "comments"),
    )  # fmt: skip
    def list_comments(request: HttpRequest, response: HttpResponse, pk: UUID) -> dict[str, Any]:
        user = user_of(request, register, "read")
        response.headers["Cache-Control"] = "no-store"
        return {"items": list(register.comments(user, register.find(user, pk)))}

    @router.post(
        "/{uuid:pk}/comments", response=responses(Done, WRITE_PROBLEMS, 201), openapi_extra=needing(KEY),
        summary="Write about it", **names(register, "comment"),
    )  # fmt: skip
    def write_comment(request: HttpRequest, pk: UUID, body: CommentNew) -> HttpResponse:
        user = user_of(request, register, "write")

        def work() -> Receipt:
            record = register.find(user, pk)
            comment = register.comment(user, record, body.text)
            return receipt(key, record, 201, comment=str(comment))

        return once(request, f"{key} comment {pk}", work)

    @router.get(
        "/{uuid:pk}/attachments", response=responses(Attachments, READ_PROBLEMS),
        summary="The files that hang on it", **names(register, "attachments"),
    )  # fmt: skip
    def list_attachments(request: HttpRequest, response: HttpResponse, pk: UUID) -> dict[str, Any]:
        user = user_of(request, register, "read")
        response.headers["Cache-Control"] = "no-store"
        return {"items": list(register.attachments(user, register.find(user, pk)))}


def after_of(request: HttpRequest, cursor: str) -> UUID | None:
    """The last record of the page before."""
    return UUID(str(read_cursor(request, cursor))) if cursor else None


def locked(request: HttpRequest, register: Register, user: User, pk: UUID) -> Record:
    """A record to be changed: nobody else changes it meanwhile, and it is what the client has read."""
    record = register.find(user, pk, to_change=True)
    demand_version(request, record)
    return record


def given(body: Schema) -> Mapping[str, Any]:
    """What the client has sent, and nothing that it has not."""
    return body.model_dump(exclude_unset=True)


def not_listed(register: Register, action: str) -> ApiError:
    """An action that records of the type do not know."""
    problem = not_found("action", register.actions, action)
    return ApiError("invalid", errors=problem.errors)


def row(
    register: Register, user: User, record: Record, columns: frozenset[str], *, listed: bool = False
) -> dict[str, Any]:
    """A record as it is shown."""
    head = {
        "id": record.pk,
        "state": record.state,
        "version": version_of(record),
        "place": record.place,
        "institution": record.institution.code,
        "created_at": record.created_at,
        "changed_at": record.changed_at,
    }
    whole = head | (
        {"fields": dict(register.values(user, record, listed=listed))} if "fields" in columns else {}
    )
    return {name: value for name, value in whole.items() if name in columns}
