"""Why people move: what the model is asked about a country's losses, dzuds and rules."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Effect
from nuudel.model.determinants.between_places import BetweenPlaces, between_places
from nuudel.model.determinants.characteristics import mean_over_years, mean_temperature, place_characteristics
from nuudel.model.determinants.exposure import Exposure, by_head, by_herd
from nuudel.model.determinants.leavers import Specification, determinants
from nuudel.model.determinants.place_panel import Side
from nuudel.model.experiments.dzud import AFTER, BEFORE, REFERENCE, DzudEffect, dzud_effect
from nuudel.model.experiments.dzud_variants import DzudForecast, dzud_forecast
from nuudel.model.experiments.registration_ban import registration_ban
from nuudel.model.experiments.spillovers import ban_spillovers
from nuudel.model.findings import Why
from nuudel.pipeline.inputs import LOSSES
from nuudel.pipeline.readings import FEWEST_YEARS, losses_of, margins_of
from nuudel.places.gazetteer import Gazetteer
from nuudel.publication.report.material import DOUBT_YEARS
from nuudel.statistics.internal_migration import InternalMigration

SIDES: tuple[Side, ...] = ("out", "in")
# Determinants are asked of the years in which people were free to move.
FREE_SINCE = 1991
# A forecast starts from the mean of so many last years.
BASE_YEARS = 3
INDICATORS, NORMALS = "aimag_indicators", "temperature_normals"
WINTER = (12, 1, 2)


def ask_why(pack: Pack, gazetteer: Gazetteer, internal: InternalMigration, seed: int) -> Why:
    """Determinants of leaving and coming, the dzuds, and the ban on registration; each part on its own."""
    if len(internal.years) < FEWEST_YEARS:
        return Why()
    ban = ban_of(pack, internal)
    free = int(internal.years[-1]) if ban is None else ban[1] - 1
    parts: list[Callable[[Why], Why]] = []
    if pack.has(LOSSES):
        parts.append(lambda found: ask_about_losses(pack, internal, free, seed))
    parts.append(lambda found: replace(found, between=compare_places(pack, gazetteer, internal, ban, seed)))
    if ban is not None:
        parts.append(lambda found: ask_about_ban(pack, internal, ban, found))
    found, problems = Why(), []
    for part in parts:
        try:
            found = part(found)
        except ModelError as error:
            problems.append(str(error))
    return replace(found, problems=tuple(problems))


def ask_about_ban(pack: Pack, internal: InternalMigration, ban: tuple[str, int, int], found: Why) -> Why:
    """What a ban on registration did in its place and elsewhere."""
    place, first, last = ban
    until = min(last + (last - first + 1), int(internal.years[-1]))
    losses = losses_of(pack, internal)
    span = {"first": first, "last": last, "comparable_since": comparable_since(pack, first)}
    effect = registration_ban(
        internal, place, until=until, losses=None if losses is None else losses / 1000, **span
    )
    spillovers, accounts = ban_spillovers(internal, place, **span)
    return replace(found, ban=effect, spillovers=spillovers, ban_accounts=accounts)


def comparable_since(pack: Pack, before: int) -> int:
    """The year after the last one that a caveat about most places calls doubtful, before a given year.

    A doubt over more than ``DOUBT_YEARS`` is a property of the series and parts no years.
    """
    table = margins_of(pack)
    since = int(table.frame["year"].to_numpy().min())
    for caveat in table.caveats:
        if caveat.effect is not Effect.DOUBTFUL or caveat.years is None:
            continue
        widespread = not caveat.places or 2 * len(caveat.places) > table.frame["place"].n_unique()
        if widespread and caveat.years[1] - caveat.years[0] < DOUBT_YEARS and caveat.years[1] < before:
            since = max(since, caveat.years[1] + 1)
    return since


def ask_about_losses(pack: Pack, internal: InternalMigration, last: int, seed: int) -> Why:
    """What losses of livestock do to leaving and coming, over all years to ``last`` and in each dzud."""
    table = pack.table(LOSSES).frame
    exposure = by_head(table, internal.places)
    main, *others = specifications(internal, last)
    rural = [pack.capital] if pack.capital in internal.places else []
    pooled, arrivals = (
        dzud_effect(
            internal,
            exposure,
            event="all_losses",
            side=side,
            sample=(max(FREE_SINCE, int(internal.years[0]) + BEFORE + REFERENCE), last),
            leave_out=rural,
            seed=seed,
        )
        for side in SIDES
    )
    later = forecast_dzuds(pack, internal, exposure, pooled)
    by_share: tuple[DzudEffect, ...] = ()
    if pack.has(INDICATORS):
        herds = pack.table(INDICATORS).frame
        by_share = find_dzuds(pack, internal, by_herd(table, herds, internal.places), seed)
    return Why(
        determinants(
            internal,
            exposure,
            main=main,
            others=others,
            capital=pack.capital if pack.capital in internal.places else None,
            natural_experiment=[dzud.side for dzud in (pooled, arrivals) if dzud.flat_before],
            seed=seed,
        ),
        pooled,
        arrivals,
        find_dzuds(pack, internal, exposure, seed),
        by_share,
        later,
    )


def forecast_dzuds(
    pack: Pack, internal: InternalMigration, exposure: Exposure, effect: DzudEffect
) -> tuple[DzudForecast, ...]:
    """Leavers that each dzud after the last count would add, if it works as those before did."""
    last = int(internal.years[-1])
    found = []
    for event in events(pack, "dzud"):
        begin, end = int(str(event["start_year"])), int(str(event["end_year"]))
        if begin > last and end <= exposure.years[-1]:
            base = range(last - BASE_YEARS + 1, last + 1)
            years = range(begin, end + 1)
            name = str(event["event"])
            found.append(dzud_forecast(internal, exposure, effect, years, event=name, base_years=base))
    return tuple(found)


def compare_places(
    pack: Pack,
    gazetteer: Gazetteer,
    internal: InternalMigration,
    ban: tuple[str, int, int] | None,
    seed: int,
) -> BetweenPlaces | None:
    """What distinguishes places that many leave from others, where the pack says what places are like."""
    if not pack.has(INDICATORS) or pack.capital not in internal.places:
        return None
    indicators = pack.table(INDICATORS).frame
    known = indicators["year"].to_numpy()
    shut = range(ban[1], ban[2] + 1) if ban else range(0)
    years = [y for y in internal.years.tolist() if y >= known.min() and y not in shut]
    winter = None
    if pack.has(NORMALS):
        parents = {p.code: p.parent for p in gazetteer.places.values() if p.parent is not None}
        winter = mean_temperature(pack.table(NORMALS).frame, parents, internal.places, WINTER)
    latitudes, longitudes = gazetteer.coordinates(list(internal.places))
    coordinates = dict(zip(internal.places, zip(latitudes, longitudes, strict=True), strict=True))
    return between_places(
        internal,
        "out",
        mean_over_years(indicators, "resident_population", internal.places),
        place_characteristics(indicators, coordinates, internal.places, pack.capital, winter),
        years=years,
        leave_out=[pack.capital],
        seed=seed,
    )


def specifications(internal: InternalMigration, last: int) -> list[Specification]:
    """The specification that is told, then those of other years, controls and places."""
    spans = [(FREE_SINCE, last), (int(internal.years[0]) + 1, last), (FREE_SINCE, int(internal.years[-1]))]
    return [
        Specification((max(span[0], int(internal.years[0]) + 1), span[1]), year_effects, trends, capital)
        for span in dict.fromkeys(spans)
        for year_effects, trends in ((True, False), (False, False), (True, True))
        for capital in (False, True)
    ]


def events(pack: Pack, kind: str) -> list[dict[str, object]]:
    """The pack's events of a kind."""
    if not pack.has("events"):
        return []
    return pack.table("events").frame.filter(pl.col("kind") == kind).to_dicts()


def ban_of(pack: Pack, internal: InternalMigration) -> tuple[str, int, int] | None:
    """Place, first and last year of a rule in whose years a caveat calls arrivals not comparable."""
    table = margins_of(pack)
    for event in events(pack, "policy"):
        place, first, last = str(event["place"]), int(str(event["start_year"])), int(str(event["end_year"]))
        disturbed = any(
            caveat.effect is Effect.NOT_COMPARABLE
            and caveat.covers(column="in_migrants", place=place, year=first)
            for caveat in table.caveats
        )
        if disturbed and place in internal.places and last < internal.years[-1]:
            return place, first, last
    return None


def find_dzuds(
    pack: Pack, internal: InternalMigration, exposure: Exposure, seed: int
) -> tuple[DzudEffect, ...]:
    """The effect of each dzud that the margins cover from four years before to two years after."""
    covered = internal.years[0] + BEFORE + REFERENCE, internal.years[-1] - AFTER
    return tuple(
        dzud_effect(
            internal,
            exposure,
            range(first, last + 1),
            event=str(event["event"]),
            leave_out=[pack.capital] if pack.capital in internal.places else [],
            seed=seed,
        )
        for event in events(pack, "dzud")
        if covered[0] <= (first := int(str(event["start_year"])))
        and (last := int(str(event["end_year"]))) <= covered[1]
    )
