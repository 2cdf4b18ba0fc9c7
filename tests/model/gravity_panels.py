"""Flow panels that the tests of models of flows share."""

import numpy as np
import polars as pl

from nuudel.base.packs import load_pack
from nuudel.model.gravity.geography import with_accessibility, with_intervening_population
from nuudel.model.panel import FlowPanel

MASSES = ("origin_population", "destination_population")


def austria() -> FlowPanel:
    """The 72 flows of Dennett (2012) with the printed margins as masses, as he used them."""
    pack = load_pack("austria")
    margins = pack.table("internal_migration").frame
    table = (
        pack.table("migration_flows")
        .frame.join(
            margins.select("year", origin="place", origin_population="out_migrants"), on=["year", "origin"]
        )
        .join(
            margins.select("year", destination="place", destination_population="in_migrants"),
            on=["year", "destination"],
        )
    )
    return FlowPanel.from_table(table, covariates=["distance_km", *MASSES])


def usa() -> FlowPanel:
    """State to state, 2010 to 2019, with distances; the margins of each year as masses."""
    flows = load_pack("usa").table("migration_flows").frame
    leaving = flows.group_by("year", "origin").agg(pl.col("migrants").sum().alias(MASSES[0]))
    arriving = flows.group_by("year", "destination").agg(pl.col("migrants").sum().alias(MASSES[1]))
    table = flows.join(leaving, on=["year", "origin"]).join(arriving, on=["year", "destination"])
    return FlowPanel.from_table(
        table.sort("year", "origin", "destination"), covariates=["distance_km", *MASSES]
    )


def random_panel(seed: int, *, places: int = 6, years: int = 3, missing: float = 0.0) -> FlowPanel:
    """A gravity world with noise and zeros, missing cells where asked for, and the covariates of the map."""
    generator = np.random.default_rng(seed)
    names = tuple(f"R{number}" for number in range(places))
    points = generator.uniform(0, 1000, (places, 2))
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + 20.0
    people = generator.uniform(1e4, 1e6, places) * np.exp(generator.normal(0, 0.02, (years, places)))
    mean = (
        3e-6 * people[:, :, None] ** 0.8 * people[:, None] ** 0.8 / km * generator.uniform(0.5, 2, km.shape)
    )
    flows = generator.poisson(mean).astype(float)
    panel = FlowPanel.from_tensor(
        flows,
        origins=names,
        periods=tuple(range(2001, 2001 + years)),
        covariates={
            "distance_km": km[None],
            "origin_population": people[:, :, None],
            "destination_population": people[:, None],
        },
    )
    panel = with_accessibility(with_intervening_population(panel))
    return panel.keep(generator.uniform(size=panel.flow.size) >= missing) if missing else panel


def changed(panel: FlowPanel, flow: np.ndarray, **covariates: np.ndarray) -> FlowPanel:
    """The panel with other flows, and some covariates replaced."""
    return FlowPanel(
        panel.origins,
        panel.destinations,
        panel.periods,
        panel.origin,
        panel.destination,
        panel.period,
        np.asarray(flow, dtype=np.float64),
        {**panel.covariates, **covariates},
    )
