"""Published rounds on the explorer: dots on its map, and a table on the pages of places."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from nuudel import __version__
from nuudel.base.provenance import Text
from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing.content import LANGUAGES, Row, sums
from nuudel.domains.displacement.publishing.public import shown
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.explorer.published import Content, PublishedIndicator, PublishedSection, keep, kept
from nuudel.web.facts.service import acting_for_nobody
from nuudel.web.shell.sent import lock
from nuudel.web.words import say

DOMAIN = "displacement"
WORDS = "displacement.explored."
ON_MAP = ("individuals", "displaced")
IN_TABLE = (*ON_MAP, "arrived", "departed")
COLUMNS = ("round", "days", "areas", *IN_TABLE)
WITHIN = ("adm1_pcode", "adm2_pcode")
MOST_ROUNDS, MOST_OPERATIONS = 12, 8
"""On the page of a place, and on the map; the others are on the domain's own pages."""
KEEPING = UUID("3f0c8a52-7f0e-4a3b-9c1d-5a8e2b6d4c71")


def keep_published() -> bool:
    """Hand the published rounds to the explorer as they are now; whether something has changed."""
    with acting_for_nobody("publish"):
        # One after another: what was withdrawn meanwhile is not put back by who read it before.
        lock(KEEPING)
        known = models.Publication.objects.filter(state="published").values_list("pk", flat=True)
        told = " ".join([__version__, *(pk.hex for pk in known.order_by("pk"))])
        made_of = hashlib.sha256(told.encode()).hexdigest()
        before = kept(DOMAIN)
        changed = before is None or before["made_of"] != made_of
        if changed:
            keep(DOMAIN, content_of(shown(), made_of))
    return changed


def content_of(rounds: Sequence[models.Publication], made_of: str) -> Content:
    """What the explorer shows of published rounds, the newest first."""
    return {
        "made_of": made_of,
        "indicators": [entry for one in newest(rounds) for entry in indicators(one)],
        "section": section(rounds) if rounds else None,
    }


def effects(user: User, record: Record, action: str) -> None:
    """Whatever is published or taken back is seen at once; the worker looks again each minute."""
    transaction.on_commit(keep_published, robust=True)


def newest(rounds: Sequence[models.Publication]) -> list[models.Publication]:
    """The last published round of each of the latest operations: the map shows how things stand."""
    found: dict[object, models.Publication] = {}
    for one in rounds:
        before = found.get(one.round.operation_id)
        if before is None or one.content["round"] > before.content["round"]:
            found[one.round.operation_id] = one
    return list(found.values())[:MOST_OPERATIONS]


def indicators(one: models.Publication) -> list[PublishedIndicator]:
    """The counts of a round that are drawn on the map; one that nobody has told is none."""
    content = one.content
    told = [name for name in ON_MAP if sums(content["rows"])[name] is not None]
    return [
        {
            "key": f"displacement_{name}_{one.round.operation_id.hex}",
            "title": words(f"title_{name}", one),
            "unit": words("unit", one),
            "caveat": words("caveat", one),
            "disclosure": words("disclosure", one),
            "source": source(one),
            "as_of": content["end"],
            "values": values(content, name),
        }
        for name in told
    ]


def values(content: dict[str, Any], name: str) -> dict[str, int]:
    """A count by place; a place of whose areas none told it has none."""
    added = {code: sums(rows)[name] for code, rows in by_place(content["rows"]).items()}
    return {code: count for code, count in added.items() if count is not None}


def by_place(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The areas of each place in which some lie."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        for code in {row[name] for name in WITHIN if row[name]}:
            found.setdefault(code, []).append(row)
    return found


def words(key: str, one: models.Publication) -> Text:
    """A message about a round in all languages."""
    content = one.content
    slots = {name: content[name] for name in ("start", "end", "covered", "areas")}
    return {
        lang: say(
            WORDS + key, lang=lang, operation=content["operation"][lang], number=content["round"], **slots
        )
        for lang in LANGUAGES
    }


def source(one: models.Publication) -> dict[str, Any]:
    """The round as a source, as the explorer's index has them."""
    institution = {lang: one.institution.name(lang) for lang in LANGUAGES}
    title = words("round", one)
    line = {
        lang: say(
            WORDS + "source",
            lang=lang,
            institution=institution[lang],
            round=title[lang],
            version=one.version,
            day=one.created_at.date().isoformat(),
        )
        for lang in LANGUAGES
    }
    return {
        "key": f"displacement-{one.pk.hex}",
        "institution": institution,
        "title": title,
        "identifier": one.digest,
        "licence": "",
        "line": line,
    }


def section(rounds: Sequence[models.Publication]) -> PublishedSection:
    """The rounds that cover each place, the newest first."""
    rows: dict[str, list[tuple[Text, list[int | str | None]]]] = {}
    for one in rounds:
        title = words("round", one)
        for code, areas in by_place(one.content["rows"]).items():
            told = rows.setdefault(code, [])
            if len(told) < MOST_ROUNDS:
                told.append((title, cells(one.content, areas)))
    return {
        "key": DOMAIN,
        "title": said("displacement.published.title"),
        "text": said("displacement.published.lead"),
        "caption": said(WORDS + "caption"),
        "header": [said(f"{WORDS}column_{name}") for name in COLUMNS],
        "caveat": said(WORDS + "partial"),
        "source": {lang: sources(rounds, lang) for lang in LANGUAGES},
        "rows": rows,
    }


def said(key: str) -> Text:
    """A message in all languages."""
    return {lang: say(key, lang=lang) for lang in LANGUAGES}


def sources(rounds: Sequence[models.Publication], lang: str) -> str:
    """Who published the rounds."""
    institutions = sorted({one.institution.name(lang) for one in rounds})
    return say(WORDS + "sources", lang=lang, institutions=", ".join(institutions))


def cells(content: dict[str, Any], areas: Sequence[Row]) -> list[int | str | None]:
    """What the table tells of a round in a place: its days, how many areas, and the counts."""
    counted = sums(areas)
    return [f"{content['start']} – {content['end']}", len(areas), *(counted[name] for name in IN_TABLE)]
