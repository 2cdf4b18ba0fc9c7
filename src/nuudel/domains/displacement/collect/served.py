"""The forms and files that phones get: those that are open, in the round that is open."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from nuudel.base.packs import load_pack
from nuudel.domains.displacement import models
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.entities.reading import (
    HEAD,
    entities_of,
    hash_of,
    is_list,
    list_of,
    table_of,
    written,
)
from nuudel.domains.displacement.frames.codes import lookup_areas
from nuudel.domains.displacement.models.forms import md5_of
from nuudel.surveys.instruments.lookups import Area, label, places_csv
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.words import say

PLACES = "places.csv"
"""The table of places, which the server makes where nobody has uploaded another one."""

INFORMANTS = "informants.csv"
ITEMSETS = "itemsets.csv"
HEAVY = ("xml", "itemsets", "workbook", "mapping")
"""Columns that no list needs."""


@dataclass(frozen=True)
class Served:
    """A file that a form needs beside it; its content is read when it is asked for."""

    name: str
    hash: str
    entities: bool
    read: Callable[[], bytes] = field(repr=False)


def versions(around: models.Round, *, form_id: str = "", every: bool = False) -> Iterator[models.FormVersion]:
    """The versions that a round shows: the newest one of each open form, or every one."""
    if around.state != "open":
        return
    rows = models.FormVersion.objects.filter(form__operation=around.operation_id, form__state="open")
    if form_id:
        rows = rows.filter(form__form_id=form_id)
    seen = set()
    for row in rows.select_related("form").defer(*HEAVY).order_by("form__form_id", "-id"):
        if every or row.form_id not in seen:
            yield row
        seen.add(row.form_id)


def version_of(around: models.Round, pk: UUID) -> models.FormVersion | None:
    """A version of a round's operation; also of a form that is closed, for phones that still fill it."""
    rows = models.FormVersion.objects.filter(form__operation=around.operation_id, pk=pk)
    return rows.exclude(form__state="draft").select_related("form").first()


def files_of(around: models.Round, version: models.FormVersion) -> Sequence[Served]:
    """The files that a version names, as far as there are any; asked in the name of who gets them."""
    kept = models.FormFile.objects.filter(form=version.form_id, state="kept", name__in=version.files)
    latest = {row.name: row for row in kept.defer("content").order_by("id")}
    return [served for name in version.files if (served := served_as(around, version, latest, name))]


def served_as(
    around: models.Round, version: models.FormVersion, latest: dict[str, models.FormFile], name: str
) -> Served | None:
    """A file: the list's entries, else what was sent under the name, else what the server makes itself."""
    operation, sent = around.operation, latest.get(name)
    if (sent is None or sent.entities) and is_list(operation, list_of(name)):
        return Served(name, hash_of(operation, list_of(name)), True, lambda: read_list(operation, name))
    if sent is not None:
        return Served(name, sent.hash, sent.entities, lambda: read_table(sent))
    if name == ITEMSETS and version.itemsets:
        content = bytes(version.itemsets)
        return Served(name, md5_of(content), False, lambda: content)
    if name in MADE:
        content = MADE[name](operation)
        return Served(name, md5_of(content), True, lambda: content)
    return None


def read_list(operation: models.Operation, name: str) -> bytes:
    """The content of a list, which may name people: the reading is audited."""
    rows = entities_of(operation, list_of(name))
    note_audit("read", "displacement.entity", [row.pk for row in rows], ["label", "properties"])
    return table_of(operation, list_of(name))


def read_table(sent: models.FormFile) -> bytes:
    note_audit("read", "displacement.table", [sent.pk], ["content"])
    return sent.read()


def missing_files(version: models.FormVersion) -> list[str]:
    """Names that a version has and that nobody has uploaded, and that nothing fills."""
    made = {PLACES, *([ITEMSETS] if version.itemsets else [])}
    kept = models.FormFile.objects.filter(form=version.form_id, state="kept").values_list("name", flat=True)
    there = made | set(kept)
    operation = version.form.operation
    if models.Informant.objects.filter(operation=operation).exists():
        there.add(INFORMANTS)
    return [name for name in version.files if name not in there and not is_list(operation, list_of(name))]


def places_table(operation: models.Operation) -> bytes:
    """Places of the country, countries of the world, and the baghs of the operation's frames."""
    with service_rights():
        baghs = lookup_areas(operation)
    return places_with(baghs)


@lru_cache(maxsize=16)
def places_with(baghs: tuple[Area, ...]) -> bytes:
    return places_csv(load_pack(PACK), baghs)


def informants_table(operation: models.Operation) -> bytes:
    """Key informants of the areas that the reader covers, by their codes: no names, no numbers."""
    rows = models.Informant.objects.filter(operation=operation, state="active").order_by("area", "code")
    told = ((row.code, f"{row.code} · {role_words(row.role)}", 1, row.area, row.role) for row in rows)
    return written((*HEAD, "place", "role"), told)


def role_words(role: str) -> str:
    """A role in both languages, as a table beside a form has one column of labels."""
    return label(*(say(f"displacement.role_code.{role}", lang=lang) for lang in ("mn", "en")))


MADE = {PLACES: places_table, INFORMANTS: informants_table}
"""Tables that the server makes where nobody has sent another one."""
