"""What is published of a round: its protected table, and figures that follow from that table alone."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import override

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.results.export import BASE, COUNTS, REST, RecordTable, protected_table
from nuudel.domains.displacement.results.figures import Results, results_of
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User

LANGUAGES = ("mn", "en")
PLACES = ("adm1_pcode", "adm2_pcode", "area_code")
ADDED = tuple(name for name in COUNTS if name != REST)
Row = Mapping[str, Any]


def content_of(user: User, around: models.Round) -> dict[str, Any] | None:
    """All that everybody may read of a round; None while no area was counted."""
    named: dict[str, Mapping[str, str]] = {}
    found: Results | None = None
    for lang in LANGUAGES:
        with override(lang):
            found = results_of(around, user)
        if found is None:
            return None
        named[lang] = found.names
    assert found is not None
    table = protected_table(found)
    rows = [{name: told(row.get(name)) for name in table.columns} for row in table.rows]
    if not rows:
        return None
    operation, before = around.operation, before_of(around)
    return {
        "operation": {"mn": operation.title_mn, "en": operation.title_en or operation.title_mn},
        "round": around.number,
        "start": around.start.isoformat(),
        "end": around.end.isoformat(),
        # As a list: the database does not keep the order of an object.
        "columns": [list(pair) for pair in table.columns.items()],
        "rows": rows,
        "names": {lang: names_of(rows, names, lang) for lang, names in named.items()},
        "covered": found.whole["done"],
        "areas": found.whole["areas"],
        "steps": None if before is None else steps(rows, before.content["rows"]),
        "before": None if before is None else before.content["round"],
        "estimated": estimated(found.whole),
    }


def told(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)


def before_of(around: models.Round) -> models.Publication | None:
    """The newest published round before: what was never published is compared with nothing in public."""
    rows = models.Publication.objects.filter(
        round__operation=around.operation_id, round__number__lt=around.number, state="published"
    )
    return rows.order_by("-round__number").first()


def steps(rows: Sequence[Row], before: Sequence[Row]) -> dict[str, int]:
    """The change of rounded persons, with what changed because coverage did told apart."""
    now, then = persons(rows), persons(before)
    both = now.keys() & then.keys()
    return {
        "before": sum(then.values()),
        "both": sum(now[area] - then[area] for area in both),
        "new": sum(count for area, count in now.items() if area not in both),
        "lost": -sum(count for area, count in then.items() if area not in both),
        "now": sum(now.values()),
        "areas_both": len(both),
    }


def persons(rows: Iterable[Row]) -> dict[str, int]:
    return {row["area_code"]: row["individuals"] for row in rows}


def estimated(whole: Mapping[str, Any]) -> dict[str, int] | None:
    """The whole with areas that were missed, its interval rounded outwards; None where none was estimated."""
    if not whole["estimated_areas"] or whole["not_estimated_areas"]:
        return None
    return {
        "areas": whole["estimated_areas"],
        "persons": BASE * round(whole["persons"] / BASE),
        "low_95": BASE * math.floor(whole["low_95"] / BASE),
        "high_95": BASE * math.ceil(whole["high_95"] / BASE),
    }


def names_of(rows: Sequence[Row], names: Mapping[str, str], lang: str) -> dict[str, str]:
    """Names of the areas and of the places that they lie in."""
    codes = {row[name] for row in rows for name in PLACES if row[name]}
    places = Place.objects.filter(code__in={soum_of(code) for code in codes} | codes)
    found = {place.code: place.name(lang) for place in places}
    return {code: names.get(code) or found.get(code, code) for code in sorted(codes)}


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of what is published."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def table_of(content: Mapping[str, Any]) -> RecordTable:
    """The table as it was published."""
    return RecordTable(dict(content["columns"]), content["rows"])


def within(content: Mapping[str, Any], code: str) -> list[Row]:
    """The rows of a place: the same cells as in the table of the round."""
    return [row for row in content["rows"] if code in {row[name] for name in PLACES}]


def sums(rows: Sequence[Row]) -> dict[str, int | None]:
    """Counts added over areas that told them; None where none did."""
    # A table that was published earlier may lack a column that came since.
    values = {name: [row[name] for row in rows if row.get(name) is not None] for name in ADDED}
    return {name: sum(several) if several else None for name, several in values.items()}
