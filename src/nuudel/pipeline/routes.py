"""Who goes where: tables estimated from margins, and flows studied where they are counted."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack
from nuudel.model.comparison.comparison import compare_models
from nuudel.model.comparison.designs import HeldOutRegions, HeldOutYears
from nuudel.model.comparison.determinants import drop_one, gravity_effects
from nuudel.model.findings import FlowStudy, Routes
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
from nuudel.pipeline.inputs import FLOWS, packs_with_flows
from nuudel.pipeline.readings import margins_of
from nuudel.places.boundaries import boundaries
from nuudel.places.contiguity import contiguity
from nuudel.places.distances import great_circle
from nuudel.places.gazetteer import Gazetteer
from nuudel.statistics.internal_migration import InternalMigration

DRAWS = 200
# Countries that the deterrence is learnt from, where that many bring full tables.
FEWEST_COUNTRIES = 3
# Places without which nothing is learnt from their flows.
FEWEST_PLACES = 6
# Periods of full tables from which years, and not regions, are held out.
FEWEST_PERIODS = 4


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
    return FlowStudy(
        gravity_effects(fitted, known),
        compare_models(panel, models, design, seed=seed),
        drop_one(panel, gravity("none", others=others), HeldOutRegions(seed=seed), seed=seed),
    )


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
