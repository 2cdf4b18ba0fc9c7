"""At the centre: nodes are registered, join with a code that works once, and are revoked."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.web.access.context import acting
from nuudel.web.access.models import Place
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.models import Node

RECORD_TYPE = "nodes.node"
VALID = timedelta(hours=48)
SEEN_STEP = timedelta(seconds=30)


def hash_of(secret: str) -> bytes:
    """What is kept of a code or token: they are random, so that it cannot be turned back."""
    return hashlib.sha256(secret.encode()).digest()


def register(place: str, name: str) -> tuple[Node, str]:
    """A new node, and the code with which it joins once; the code is not kept.

    Raises
    ------
    WebError
        ``WEB-489``: there is no such place.
    """
    code = secrets.token_urlsafe(20)
    with acting(None, "nuudel node register"):
        if not Place.objects.filter(code=place).exists():
            raise WebError(
                489,
                f"there is no place {place!r}.",
                "Name a code as `nuudel places search NAME` shows it.",
                ("place",),
            )
        node = Node.objects.create(
            place=place,
            name=name[:120],
            code_hash=hash_of(code),
            code_expires_at=timezone.now() + VALID,
        )
        note_audit("create", RECORD_TYPE, [node.pk], ["place", "name"])
    return node, code


def join(code: str) -> tuple[Node, str]:
    """The node of a code, and its token, which is not kept; ``WEB-481`` for a code that does not work."""
    token = secrets.token_urlsafe(32)
    with acting(None, "node join"):
        rows = Node.objects.select_for_update().filter(code_hash=hash_of(code), ended_at=None)
        node = rows.filter(code_expires_at__gt=timezone.now()).first()
        if node is None:
            raise WebError(
                481, "this code does not work.", "Ask for a new one: it works once, for two days.", ("code",)
            )
        node.code_hash, node.token_hash, node.joined_at = None, hash_of(token), timezone.now()
        node.save(update_fields=["code_hash", "token_hash", "joined_at"])
        note_audit("join", RECORD_TYPE, [node.pk])
    return node, token


def node_of(token: str) -> Node:
    """The node of a token; ``WEB-482`` where none holds."""
    node = Node.objects.filter(token_hash=hash_of(token), ended_at=None).first() if token else None
    if node is None:
        raise WebError(
            482,
            "the centre does not accept this node.",
            "It may have been revoked: ask the centre. What waits here is kept.",
        )
    now = timezone.now()
    if node.seen_at is None or node.seen_at < now - SEEN_STEP:
        Node.objects.filter(pk=node.pk).update(seen_at=now)
    return node


def revoke(name: str) -> Node:
    """End a node by its short name; ``WEB-490`` where there is none."""
    with acting(None, "nuudel node revoke"):
        node = next((row for row in Node.objects.filter(ended_at=None) if str(row) == name), None)
        if node is None:
            raise WebError(
                490, f"there is no node {name!r}.", "Name one that `nuudel node list` shows.", ("node",)
            )
        node.ended_at, node.token_hash, node.code_hash = timezone.now(), None, None
        node.save(update_fields=["ended_at", "token_hash", "code_hash"])
        note_audit("revoke", RECORD_TYPE, [node.pk])
    return node
