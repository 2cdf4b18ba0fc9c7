"""Lists of an operation, as colleagues read them and as phones get them."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet, Sum

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.known import completed
from nuudel.domains.displacement.models.forms import md5_of
from nuudel.domains.displacement.submissions.mapped import read_version

CSV = ".csv"
HEAD = ("name", "label", "__version")
KEPT_SECONDS = 86_400


def entities_of(operation: models.Operation, list_name: str) -> list[models.Entity]:
    """The entries of a list that are served, the oldest first; in the name of who reads them."""
    return list(kept(operation, list_name).order_by("pk"))


def kept(operation: models.Operation, list_name: str) -> "QuerySet[models.Entity]":
    return models.Entity.objects.filter(operation=operation, list_name=list_name, state="kept")


def list_of(file_name: str) -> str:
    """The list that a file of this name shows; empty where it is no table."""
    return file_name[: -len(CSV)] if file_name.lower().endswith(CSV) else ""


def is_list(operation: models.Operation, list_name: str) -> bool:
    """Whether something fills the list: a table, a submission, or a form that would."""
    if not list_name:
        return False
    rows = models.Entity.objects.filter(operation=operation, list_name=list_name)
    return rows.exists() or bool(saved_to(operation, list_name)[0])


def saved_to(operation: models.Operation, list_name: str) -> tuple[bool, Sequence[str]]:
    """Whether a form of the operation fills a list, and the columns that it fills."""
    filled, columns = False, dict[str, None]()
    versions = models.FormVersion.objects.filter(form__operation=operation).exclude(form__state="draft")
    for pk in versions.order_by("pk").values_list("pk", flat=True):
        definition, _ = read_version(pk)
        if list_name in definition.entity_lists:
            filled = True
            columns |= dict.fromkeys(one.save_to for one in definition.questions if one.save_to)
    return filled, tuple(columns)


def table_of(operation: models.Operation, list_name: str) -> bytes:
    """The list as phones look it up; what a form asks of it is a column also where nobody has filled it."""
    rows = entities_of(operation, list_name)
    values = [completed(list_name, row.values) for row in rows]
    columns = dict.fromkeys(saved_to(operation, list_name)[1])
    columns |= dict.fromkeys(name for row in values for name in row)
    names = [name for name in columns if name not in HEAD]
    lines = (
        (row.entity_id, row.label, row.number, *(told.get(name, "") for name in names))
        for row, told in zip(rows, values, strict=True)
    )
    return written((*HEAD, *names), lines)


def written(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(head)
    rows.writerows(lines)
    return text.getvalue().encode()


def hash_of(operation: models.Operation, list_name: str) -> str:
    """The hash of ``table_of``: a phone that has it already costs no decryption."""
    state = kept(operation, list_name).aggregate(Count("pk"), Sum("number"), Max("changed_at"))
    columns = saved_to(operation, list_name)[1]
    told = f"{operation.pk}/{list_name}/{sorted(state.items())}/{columns}"
    key = f"displacement-list-{hashlib.sha256(told.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = md5_of(table_of(operation, list_name))
        cache.set(key, found, KEPT_SECONDS)
    return str(found)
