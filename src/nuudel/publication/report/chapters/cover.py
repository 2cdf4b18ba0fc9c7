"""The first page: the finding, what it rests on, and three figures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import PublicationError
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import KeyFigure
from nuudel.publication.report.material import Material
from nuudel.statistics.internal_migration import InternalMigration


def write_cover(material: Material) -> tuple[str, str, tuple[KeyFigure, ...]]:
    """Title, lead and key figures."""
    if material.internal is not None and material.capital is not None and len(material.internal.years) > 1:
        return cover_of_capital(material, material.internal, material.capital)
    if material.flows is not None:
        flows = material.flows
        net = flows.persons.sum(axis=0) - flows.persons.sum(axis=1)
        return cover_of_year(material, flows.year, flows.places, net, float(flows.persons.sum()))
    moves = material.internal
    if moves is None:
        raise PublicationError(
            304,
            f"pack {material.pack.name} has neither margins nor flows of internal migration.",
            "Add a table internal_migration or migration_flows (docs/reference/packs.md).",
        )
    year, total = int(moves.years[-1]), float(moves.series.national_in[-1])
    return cover_of_year(material, year, moves.places, np.nan_to_num(moves.series.net_migrants[-1]), total)


def cover_of_capital(
    material: Material, moves: InternalMigration, capital: str
) -> tuple[str, str, tuple[KeyFigure, ...]]:
    words, place = material.words, material.name(capital)
    first, last = int(moves.years[0]), int(moves.years[-1])
    column = moves.column(capital)
    net = moves.series.net_migrants[-1]
    closed = material.closed
    if closed and last >= closed[1] + 3:
        during = moves.window(*closed, capital, "in").sum()
        before = moves.window(closed[0] - 3, closed[0] - 1, capital, "in").sum()
        after = moves.window(closed[1] + 1, closed[1] + 3, capital, "in").sum()
        key = "cover.title_reopened" if after > before else "cover.title_capital"
        title = words(key, capital=place, year=last, net=number(net[column]))
        lead = words(
            "cover.lead_reopened",
            capital=place,
            **{"from": closed[0]},
            to=closed[1],
            after=number(after),
            ratio=f"{after / during:.1f}",
        )
        mean_before = before / 3
    else:
        title = words("cover.title_capital", capital=place, year=last, net=number(net[column]))
        total = number(moves.series.national_in[-1])
        lead = words("cover.lead_capital", total=total, n=len(moves.places), year=last)
        mean_before = float(np.nanmean(moves.in_migrants[-4:-1, column]))
    others = [value for code, value in zip(moves.places, net, strict=True) if code != capital]
    lost = sum(value < 0 for value in others)
    keys = (
        KeyFigure(
            number(moves.in_migrants[-1, column]),
            words(
                "cover.key_capital_in",
                capital=place,
                year=last,
                before=number(mean_before, -2),
                **{"from": (closed[0] if closed else last) - 3},
                to=(closed[0] if closed else last) - 1,
            ),
            "in",
        ),
        KeyFigure(
            words("cover.key_losers", lost=lost, n=len(others)),
            words("cover.key_losers_text", year=last),
            "out",
        ),
        KeyFigure(
            number(float(np.nansum(moves.series.net_migrants[:, column])), -2),
            words("cover.key_since", capital=place, first=first),
            "",
        ),
    )
    return title, lead, keys


def cover_of_year(
    material: Material, year: int, places: Sequence[str], net: NDArray[np.float64], moves: float
) -> tuple[str, str, tuple[KeyFigure, ...]]:
    """The cover of a country of which one year is known, or that has no capital of its own."""
    words = material.words
    gainer, loser = int(net.argmax()), int(net.argmin())
    names = [material.name(code) for code in places]
    total = number(moves)
    title = words("cover.title_plain", year=year, gainer=names[gainer], loser=names[loser])
    lead = words("cover.lead_plain", total=total, n=len(names), year=year)
    keys = (
        KeyFigure(total, words("cover.key_moves", year=year), ""),
        KeyFigure(number(net[gainer]), words("cover.key_gainer", place=names[gainer], year=year), "in"),
        KeyFigure(number(-net[loser]), words("cover.key_loser", place=names[loser], year=year), "out"),
    )
    return title, lead, keys
