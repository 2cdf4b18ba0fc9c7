"""Who is present, who came and who left: the chapter of a round's report."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from nuudel.domains.displacement.results.drawing import Bar
from nuudel.domains.displacement.results.figures import Results
from nuudel.publication.charts.ranking import paint_ranking
from nuudel.publication.charts.sexes import Group, paint_sexes
from nuudel.publication.charts.style import ALL, IN, OUT
from nuudel.publication.report.document import Chapter, Figure
from nuudel.web.words import number, say

Page = Mapping[str, Any]
NOT_STATED = "not_stated"
ROWS = (("older", "older_men", "older_women"), ("adults", "men", "women"), ("children", "boys", "girls"))
"""Groups of age from the oldest, with the keys of both sexes."""


def words(name: str, /, **slots: str) -> str:
    return say(f"displacement.results.{name}", **slots)


def who_chapter(found: Results, page: Page) -> Chapter | None:
    """Sex and age, origins, reasons, destinations, needs; those of which something is known."""
    parts = (
        ("origins", "arrivals_from", IN),
        ("reasons", "reasons", IN),
        ("departures", "departures_to", OUT),
        ("needs", "needs", ALL),
    )
    blocks = [ranking(key, words(title), page[key], colour) for key, title, colour in parts if page[key]]
    people = people_figure(found)
    blocks = [people, *blocks] if people is not None else blocks
    return Chapter("who", words("who"), (), tuple(blocks)) if blocks else None


def ranking(key: str, plain: str, rows: Sequence[tuple[str, Bar]], colour: str) -> Figure:
    """Bars with per cent and count; the title says what is the most."""
    names = [name for name, _ in rows]
    by_area = key == "needs"
    counts = [
        words("in_areas", areas=number(bar.areas)) if by_area else number(bar.persons) for _, bar in rows
    ]
    texts = [f"{number(bar.share)} % ({count})" for (_, bar), count in zip(rows, counts, strict=True)]
    first = next((place for place, (_, bar) in enumerate(rows) if bar.key != NOT_STATED), None)
    title = plain
    if first is not None:
        share = number(rows[first][1].share)
        title = words(f"found.{key}", name=names[first], share=share, areas=number(rows[first][1].areas))
    values = np.array([bar.share for _, bar in rows])
    return Figure(
        key=key,
        title=title,
        subtitle=words("percent_of_areas" if by_area else f"percent_of_{key}"),
        painter=partial(
            paint_ranking,
            names=names,
            values=values,
            signed=False,
            colours=[colour] * len(names),
            texts=texts,
        ),
        source=words("source"),
        table="",
    )


def people_figure(found: Results) -> Figure | None:
    """Women and men, girls and boys; None where no area told them."""
    persons = {row["key"]: float(row["persons"]) for row in found.people.iter_rows(named=True)}
    rows = [row for row in ROWS if persons.keys() & row[1:]]
    male, female = (sum(persons.get(row[side], 0.0) for row in rows) for side in (1, 2))
    if not male + female:
        return None
    groups = [
        Group(
            words(f"ages.{name if len(rows) == len(ROWS) or name != 'adults' else 'grown'}"),
            persons.get(left, 0.0),
            persons.get(right, 0.0),
            number(persons.get(left)),
            number(persons.get(right)),
        )
        for name, left, right in rows
    ]
    missing = persons.get(NOT_STATED, 0.0)
    return Figure(
        key="people",
        title=words("found.people", share=number(100 * female / (male + female))),
        subtitle=words("people_sub"),
        painter=partial(paint_sexes, groups=groups, sides=(words("ages.left"), words("ages.right"))),
        source=words("source"),
        table="",
        caveats=(words("people_not_stated", persons=number(missing)),) if missing else (),
    )
