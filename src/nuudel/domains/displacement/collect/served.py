"""The forms and files that phones get: those that are open, in the round that is open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from nuudel.base.packs import load_pack
from nuudel.domains.displacement import models
from nuudel.domains.displacement.models.forms import md5_of
from nuudel.surveys.instruments.lookups import places_csv

PLACES = "places.csv"
"""The table of places, which the server makes where nobody has uploaded another one."""

ITEMSETS = "itemsets.csv"
PACK = "mongolia"


@dataclass(frozen=True)
class Served:
    """A file that a form needs beside it."""

    name: str
    hash: str
    entities: bool
    content: bytes = field(repr=False)


def versions(around: models.Round, *, form_id: str = "", every: bool = False) -> Iterator[models.FormVersion]:
    """The versions that a round shows: the newest one of each open form, or every one."""
    if around.state != "open":
        return
    rows = models.FormVersion.objects.filter(form__operation=around.operation_id, form__state="open")
    if form_id:
        rows = rows.filter(form__form_id=form_id)
    seen = set()
    for row in rows.select_related("form").defer("workbook", "mapping").order_by("form__form_id", "-id"):
        if every or row.form_id not in seen:
            yield row
        seen.add(row.form_id)


def version_of(around: models.Round, pk: UUID) -> models.FormVersion | None:
    """A version of a round's operation; also of a form that is closed, for phones that still fill it."""
    rows = models.FormVersion.objects.filter(form__operation=around.operation_id, pk=pk)
    return rows.exclude(form__state="draft").select_related("form").first()


def files_of(version: models.FormVersion) -> Sequence[Served]:
    """The files that a version names, as far as there are any."""
    kept = models.FormFile.objects.filter(form=version.form_id, state="kept", name__in=version.files)
    latest = {row.name: row for row in kept.order_by("id")}
    return [served for name in version.files if (served := served_as(version, latest, name))]


def served_as(version: models.FormVersion, latest: dict[str, models.FormFile], name: str) -> Served | None:
    if name in latest:
        row = latest[name]
        return Served(name, row.hash, row.entities, row.read())
    if name == ITEMSETS and version.itemsets:
        content = bytes(version.itemsets)
        return Served(name, md5_of(content), False, content)
    if name == PLACES:
        content = places_table()
        return Served(name, md5_of(content), True, content)
    return None


def missing_files(version: models.FormVersion) -> list[str]:
    """Names that a version has and that nobody has uploaded."""
    made = {PLACES, *([ITEMSETS] if version.itemsets else [])}
    kept = models.FormFile.objects.filter(form=version.form_id, state="kept").values_list("name", flat=True)
    return [name for name in version.files if name not in made | set(kept)]


@cache
def places_table() -> bytes:
    """The places of the country and the countries of the world, as the shipped instruments look them up."""
    return places_csv(load_pack(PACK))
