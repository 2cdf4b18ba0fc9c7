"""What the model is asked about a country, from what its pack holds: why, from where to where, what next."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack, PackTable, load_pack, pack_names
from nuudel.base.provenance import Effect
from nuudel.model.backtests.backtest import Backtest, run_backtest
from nuudel.model.backtests.choice import choose_model
from nuudel.model.backtests.differences import score_table, select_cells
from nuudel.model.backtests.forecast import forecast
from nuudel.model.backtests.history import distorted_cells
from nuudel.model.comparison.comparison import compare_models
from nuudel.model.comparison.designs import HeldOutRegions, HeldOutYears
from nuudel.model.comparison.determinants import gravity_effects
from nuudel.model.determinants.exposure import Exposure, by_head, by_herd
from nuudel.model.determinants.leavers import Specification, determinants
from nuudel.model.determinants.place_panel import Side
from nuudel.model.experiments.dzud import AFTER, BEFORE, REFERENCE, DzudEffect, dzud_effect
from nuudel.model.experiments.registration_ban import registration_ban
from nuudel.model.experiments.spillovers import ban_spillovers
from nuudel.model.findings import Ahead, FlowStudy, Routes, Why
from nuudel.model.gravity.balancing import Constraint
from nuudel.model.gravity.boosting import GradientBoosting
from nuudel.model.gravity.geography import with_accessibility, with_intervening_population
from nuudel.model.gravity.naive import LastFlow, MeanFlow, RandomMixing
from nuudel.model.gravity.pair_effects import PairEffects
from nuudel.model.gravity.protocol import FlowModel, Margins
from nuudel.model.gravity.radiation import Radiation
from nuudel.model.gravity.shrunk_pairs import ShrunkPairs
from nuudel.model.gravity.spatial_interaction import Term, competing_destinations, gravity
from nuudel.model.origin_destination.deterrence import learn_deterrence
from nuudel.model.origin_destination.estimate import estimate_tables
from nuudel.model.origin_destination.evidence import country_evidence
from nuudel.model.origin_destination.validation import validate_tables
from nuudel.model.panel import FlowPanel
from nuudel.pipeline.readings import FLOWS, MARGINS
from nuudel.places.boundaries import boundaries
from nuudel.places.contiguity import contiguity
from nuudel.places.distances import great_circle
from nuudel.places.gazetteer import Gazetteer
from nuudel.publication.report.material import DOUBT_YEARS
from nuudel.statistics.internal_migration import InternalMigration

LOSSES = "livestock_losses"
DRAWS = 200
SIDES: tuple[Side, ...] = ("out", "in")
# Countries that the deterrence is learnt from, where that many bring full tables.
FEWEST_COUNTRIES = 3
# Years of margins without which neither determinants nor forecasts are asked for.
FEWEST_YEARS = 20
# Years ahead that are forecast and tested.
HORIZONS = 3
# Places without which nothing is learnt from their flows.
FEWEST_PLACES = 6
# Periods of full tables from which years, and not regions, are held out.
FEWEST_PERIODS = 4
# Determinants are asked of the years in which people were free to move.
FREE_SINCE = 1991


def ask_why(pack: Pack, internal: InternalMigration, seed: int) -> Why:
    """Determinants of leaving and coming, the dzuds, and the ban on registration."""
    if len(internal.years) < FEWEST_YEARS:
        return Why()
    ban = ban_of(pack, internal)
    free = int(internal.years[-1]) if ban is None else ban[1] - 1
    found = ask_about_losses(pack, internal, free, seed) if pack.has(LOSSES) else Why()
    if ban is None:
        return found
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
    by_share: tuple[DzudEffect, ...] = ()
    if pack.has("aimag_indicators"):
        herds = pack.table("aimag_indicators").frame
        by_share = find_dzuds(pack, internal, by_herd(table, herds, internal.places), seed)
    return Why(
        determinants(
            internal,
            exposure,
            main=main,
            others=others,
            capital=pack.capital,
            natural_experiment=[dzud.side for dzud in (pooled, arrivals) if dzud.flat_before],
            seed=seed,
        ),
        pooled,
        arrivals,
        find_dzuds(pack, internal, exposure, seed),
        by_share,
    )


def margins_of(pack: Pack) -> PackTable:
    """The table that arrivals and departures come from."""
    return pack.table(FLOWS if pack.has(FLOWS) else MARGINS)


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
            leave_out=[pack.capital] if pack.capital else [],
            seed=seed,
        )
        for event in events(pack, "dzud")
        if covered[0] <= (first := int(str(event["start_year"])))
        and (last := int(str(event["end_year"]))) <= covered[1]
    )


def packs_with_flows(pack: Pack) -> list[Pack]:
    """Packs of other countries that bring full tables of flows."""
    others = (load_pack(name) for name in pack_names() if name != pack.name)
    return [other for other in others if other.has(FLOWS) and other.country != pack.country]


def evidence_fingerprints(pack: Pack) -> dict[str, str]:
    """Fingerprints of what the deterrence is learnt from."""
    return {
        f"{other.name}/{name}": fingerprint
        for other in packs_with_flows(pack)
        for name, fingerprint in other.file_hashes().items()
    }


def estimate_routes(
    pack: Pack, gazetteer: Gazetteer, internal: InternalMigration, seed: int
) -> Routes | None:
    """Tables estimated from margins with the deterrence of other countries, and the method tested there."""
    others = packs_with_flows(pack)
    if pack.has(FLOWS) or len(others) < FEWEST_COUNTRIES:
        return None
    evidence = [
        country_evidence(
            other.name,
            other.table(FLOWS).frame,
            borders=other.table("neighbours").frame if other.has("neighbours") else None,
        )
        for other in others
    ]
    latitudes, longitudes = gazetteer.coordinates(list(internal.places))
    flows = estimate_tables(
        internal,
        great_circle(latitudes, longitudes),
        borders_of(pack, gazetteer, internal.places),
        learn_deterrence(evidence),
        caveats=margins_of(pack).caveats,
        draws=DRAWS,
        seed=seed,
    )
    return Routes(flows, validate_tables(evidence, draws=DRAWS, seed=seed))


def borders_of(pack: Pack, gazetteer: Gazetteer, places: tuple[str, ...]) -> NDArray[np.bool_] | None:
    """Which places share a border; None for a country without outlines."""
    try:
        drawn = boundaries(pack, gazetteer.get(places[0]).level, gazetteer)
    except PlacesError as error:
        if error.code == "PLACES-152":
            return None
        raise
    return contiguity(drawn, places)


def study_flows(pack: Pack, seed: int) -> FlowStudy | None:
    """Where flows are counted: effects of distance and borders, and every model on cells it has not seen."""
    if not pack.has(FLOWS):
        return None
    panel = flow_panel(pack)
    if len(panel.origins) < FEWEST_PLACES:
        return None
    others = (Term("border", "level"),) if "border" in panel.covariates else ()
    fitted = gravity("doubly", others=others).fit(panel)
    changes = {"distance_km": (10.0, "per cent"), "border": (1.0, "border")}
    known = {name: change for name, change in changes.items() if name in panel.covariates}
    constraints: tuple[Constraint, ...] = ("none", "production", "attraction", "doubly")
    models: list[FlowModel] = [gravity(constraint) for constraint in constraints]
    models += [competing_destinations(), Radiation("original"), Radiation("extended")]
    design: HeldOutYears | HeldOutRegions
    if len(panel.periods) >= FEWEST_PERIODS:
        design = HeldOutYears(panel.periods[len(panel.periods) // 2], horizon=3)
        models = [LastFlow(), MeanFlow(), PairEffects(), ShrunkPairs(gravity("doubly")), *models]
        models.append(GradientBoosting(seed=seed))
    else:
        design = HeldOutRegions(seed=seed)
        models = [RandomMixing(), *models, GradientBoosting(history=False, seed=seed)]
    return FlowStudy(gravity_effects(fitted, known), compare_models(panel, models, design, seed=seed))


def counted_always(flows: pl.DataFrame) -> pl.DataFrame:
    """Flows between places that people left and reached in every year; others are left out."""
    between = flows.filter(pl.col("origin") != pl.col("destination"), pl.col("migrants") > 0)
    years = between["year"].n_unique()
    there = [
        set(between.group_by(side).agg(pl.col("year").n_unique()).filter(pl.col("year") == years)[side])
        for side in ("origin", "destination")
    ]
    kept = sorted(there[0] & there[1])
    return flows.filter(
        pl.col("origin").is_in(kept),
        pl.col("destination").is_in(kept),
        pl.col("origin") != pl.col("destination"),
    )


def flow_panel(pack: Pack) -> FlowPanel:
    """A pack's flows with distance, borders where they are known, and margins as sizes of places."""
    panel = FlowPanel.from_table(counted_always(pack.table(FLOWS).frame), covariates=["distance_km"])
    margins = Margins.of(panel)
    panel = panel.with_covariates(
        origin_population=margins.origin[panel.period, panel.origin],
        destination_population=margins.destination[panel.period, panel.destination],
    )
    if pack.has("neighbours"):
        borders = {*pack.table("neighbours").frame.select("place", "neighbour").iter_rows()}
        pairs = zip(panel.origin.tolist(), panel.destination.tolist(), strict=True)
        names = ((panel.origins[i], panel.destinations[j]) for i, j in pairs)
        panel = panel.with_covariates(border=[(a, b) in borders or (b, a) in borders for a, b in names])
    return with_accessibility(with_intervening_population(panel))


def score_forecasts(
    pack: Pack,
    internal: InternalMigration,
    seed: int,
    progress: Callable[[int, int], None],
    *,
    origins: Sequence[int] | None = None,
    horizons: int = HORIZONS,
    models: Sequence[str] | None = None,
) -> Backtest:
    """Every forecaster, or those named, tested on a country's past; errors of ``run_backtest``."""
    return run_backtest(
        internal,
        losses_of(pack, internal),
        origins=origins,
        horizons=horizons,
        models=models,
        apart=[pack.capital] if pack.capital in internal.places else [],
        distorted=distorted_cells(internal, margins_of(pack).caveats),
        seed=seed,
        progress=progress,
    )


def losses_of(pack: Pack, internal: InternalMigration) -> NDArray[np.float64] | None:
    """Livestock lost by year and place, thousand head; None for a country without such a table."""
    if not pack.has(LOSSES):
        return None
    return 1000 * by_head(pack.table(LOSSES).frame, internal.places).lag(0, internal.years.tolist())


def look_ahead(
    pack: Pack, internal: InternalMigration, seed: int, progress: Callable[[int, int], None]
) -> Ahead | None:
    """Every forecaster tested on the past, the winner by the stated rule, and its forecast."""
    if len(internal.years) < FEWEST_YEARS:
        return None
    tested = score_forecasts(pack, internal, seed, progress)
    choice = choose_model(tested)
    return Ahead(
        (tested.origins[0], tested.origins[-1]),
        score_table(tested),
        score_table(tested, select_cells(tested, apart=True)),
        choice,
        forecast(internal, losses_of(pack, internal), choice.model, years=HORIZONS),
    )
