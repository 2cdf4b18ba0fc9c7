"""The whole flow on one page: places → ledger → statistics → tables → figures → report.

    places    the pack is read strictly; its gazetteer is written as a table
    ledger    official figures enter the ledger as counted facts, one series each
    tables    statistics are read off the ledger and released as CSV, PX and SDMX
    figures   every figure is drawn, for the desk and for the phone
    report    the report in one language, as HTML and PDF

Each step's files are made beside their place and moved there in one go; a step whose inputs have not
changed is kept. The model's steps will stand between ``tables`` and ``figures``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack, PackTable
from nuudel.base.steps import Step, StepResult, run_steps
from nuudel.ledger.aggregates import flow_facts, margin_facts
from nuudel.ledger.engines import LedgerConnection
from nuudel.ledger.queries import margins_in, margins_out, origin_destination
from nuudel.ledger.series import Series
from nuudel.ledger.store import Ledger
from nuudel.places import user_boundaries
from nuudel.places.gazetteer import Gazetteer, check_levels, read_gazetteer
from nuudel.publication.charts import style
from nuudel.publication.formats import write_all
from nuudel.publication.releases import build_release
from nuudel.publication.report.compose import compose_report
from nuudel.publication.report.document import Report
from nuudel.publication.report.drawings import Drawings, draw_figure
from nuudel.publication.report.html import write_html
from nuudel.publication.report.material import Flows, Material
from nuudel.publication.report.pdf import write_pdf
from nuudel.publication.report.words import load_words
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

MARGINS, FLOWS = "internal_migration", "migration_flows"
LIBRARIES = ("nuudel", "polars", "pyarrow", "duckdb", "ibis-framework", "matplotlib", "typst", "pysdmx")
NEEDED = {
    MARGINS: ("year", "place", "in_migrants", "out_migrants"),
    FLOWS: ("year", "origin", "destination", "migrants", "distance_km"),
}
# Official yearly totals do not say how long people stayed.
DURATION = "unknown"


@dataclass(frozen=True)
class Run:
    """One run of the main job: a pack, a language, a seed and the folder of the results."""

    pack: Pack
    out: Path
    lang: str
    seed: int

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return read_gazetteer(self.pack)

    @cached_property
    def material(self) -> Material:
        """Statistics read off the ledger that the step before has written."""
        ledger = Ledger.open(self.out / "ledger", create=False).connect()
        flows = read_flows(ledger, self.pack) if self.pack.has(FLOWS) else None
        internal = read_margins(ledger, self.pack) if self.pack.has(FLOWS) or self.pack.has(MARGINS) else None
        counted = flows.places if flows else internal.places if internal else ()
        levels = {self.gazetteer.get(code).level for code in counted[:1]}
        units = "".join(self.gazetteer.level(level).plural[self.lang] for level in levels)
        words = replace(load_words(self.lang), units=units)
        return Material(self.pack, self.gazetteer, words, version("nuudel"), internal, flows)

    @cached_property
    def report(self) -> Report:
        return compose_report(self.material)

    def check(self) -> None:
        """Refuse a language that the pack does not have, and a pack without figures of migration.

        Raises
        ------
        RunError
            ``RUN-105`` the pack has no texts in the language; ``RUN-106`` it has no table of migration, or
            one that is empty or lacks a column.
        """
        found = [name for name in (FLOWS, MARGINS) if self.pack.has(name)]
        if not found:
            raise RunError(
                106,
                f"pack {self.pack.name} has no table {MARGINS} and no table {FLOWS}.",
                "Add one of them (docs/reference/packs.md).",
            )
        for name in found:
            table = self.pack.table(name)
            lacking = [column for column in NEEDED[name] if column not in table.columns]
            if lacking or table.frame.is_empty():
                what = f"lacks column {lacking[0]!r}" if lacking else "is empty"
                raise RunError(
                    106, f"table {name} of pack {self.pack.name} {what}.", "Add it.", tuple(lacking)
                )
        if self.lang not in self.pack.languages:
            raise RunError(
                105,
                f"pack {self.pack.name} has no texts in language {self.lang!r}.",
                f"Choose one of: {', '.join(self.pack.languages)}.",
                ("lang",),
            )

    def steps(self) -> list[Step]:
        """The flow, in order."""
        pack = {"pack": self.pack.file_hashes(), "boundaries": user_boundaries.fingerprint(self.pack)}
        lang = {"lang": self.lang}
        return [
            Step("places", pack, self.write_places),
            Step("ledger", {"seed": self.seed}, self.write_ledger),
            Step("tables", {}, self.write_tables),
            Step("figures", lang, self.write_figures),
            Step("report", lang, self.write_report),
        ]

    def record(self) -> dict[str, Any]:
        """What ``run.json`` says beside the steps."""
        return {
            "pack": self.pack.name,
            "lang": self.lang,
            "seed": self.seed,
            "versions": {name: version(name) for name in LIBRARIES},
            "inputs": self.pack.file_hashes(),
            "boundaries": user_boundaries.fingerprint(self.pack),
        }

    def write_places(self, folder: Path) -> None:
        places = self.gazetteer.places.values()
        columns: dict[str, Any] = {"code": [p.code for p in places], "level": [p.level for p in places]}
        columns |= {f"name_{lang}": [p.name(lang) for p in places] for lang in self.pack.languages}
        columns |= {name: [getattr(p, name) for p in places] for name in ("parent", "latitude", "longitude")}
        for name in self.pack.table_names:
            check_levels(self.gazetteer, self.pack.table(name))
        (folder / "tables").mkdir()
        pl.DataFrame(columns).write_csv(folder / "tables" / "places.csv")

    def write_ledger(self, folder: Path) -> None:
        ledger = Ledger.open(folder / "ledger", places=self.gazetteer.places)
        for name, facts in ((MARGINS, margin_facts), (FLOWS, flow_facts)):
            if self.pack.has(name):
                table = self.pack.table(name)
                append_official(ledger, table, facts)

    def write_tables(self, folder: Path) -> None:
        for table in build_release(self.material):
            write_all(table, folder / "tables")

    def write_figures(self, folder: Path) -> None:
        figures = folder / "figures"
        figures.mkdir()
        for figure in self.report.figures:
            drawing = draw_figure(figure)
            (figures / f"{figure.key}.svg").write_text(drawing.desk, "utf-8")
            (figures / f"{figure.key}-phone.svg").write_text(drawing.phone, "utf-8")
            (figures / f"{figure.key}.png").write_bytes(style.to_png(figure.painter, style.DESK))

    def write_report(self, folder: Path) -> None:
        figures = self.out / "figures"
        drawings = {
            figure.key: Drawings(
                desk=(figures / f"{figure.key}.svg").read_text("utf-8"),
                phone=(figures / f"{figure.key}-phone.svg").read_text("utf-8"),
            )
            for figure in self.report.figures
        }
        (folder / "report.html").write_text(write_html(self.report, drawings), "utf-8")
        (folder / "report.pdf").write_bytes(write_pdf(self.report, drawings))


def run_pipeline(run: Run, watch: Callable[[str, StepResult | None], None]) -> list[StepResult]:
    """Run the main job; errors as in ``run_steps``, of the rooms, and ``RUN-104``, ``RUN-105``."""
    run.check()
    return run_steps(run.out, run.steps(), run.record(), watch)


def append_official(ledger: Ledger, table: PackTable, facts: Callable[..., pl.DataFrame]) -> None:
    """Official figures as counted facts; a figure that the ledger refuses is an error, not a gap."""
    source = table.source
    frame = table.frame.rename({"migrants": "persons"}, strict=False)
    told = facts(
        frame,
        series=source.key,
        source=source.identifier or source.key,
        institution=next(iter(source.institution.values())),
    )
    concept = next((c.text for c in table.caveats if c.effect == "concept"), {})
    series = [
        Series(key, source.identifier or source.key, durations=(DURATION,), concept=dict(concept))
        for key in told["series"].unique().sort().to_list()
    ]
    result = ledger.append(told, series=series)
    if result.rejected:
        first = result.rejects.row(0, named=True)
        raise RunError(
            104,
            f"the ledger refuses {result.rejected} figures of table {table.name}, first {first['code']}: "
            f"{first['reason']}",
            "Correct the table.",
        )


def read_margins(ledger: LedgerConnection, pack: Pack) -> InternalMigration:
    """Arrivals and departures by place and year, from the flows where they are known."""
    table = pack.table(FLOWS if pack.has(FLOWS) else MARGINS)
    key = table.source.key
    keys = (key, key) if pack.has(FLOWS) else (f"{key}-in", f"{key}-out")
    arrivals = margins_in(ledger, keys[0], durations=[DURATION]).to_polars()
    departures = margins_out(ledger, keys[1], durations=[DURATION]).to_polars()
    if pack.has(FLOWS):  # a place that nobody left, or nobody came to, has no flow but a zero
        keys_of_both = pl.concat(
            [arrivals.select("year", "place"), departures.select("year", "place")]
        ).unique()
        arrivals, departures = (
            keys_of_both.join(side, on=["year", "place"], how="left").with_columns(
                pl.col("persons").fill_null(0)
            )
            for side in (arrivals, departures)
        )
    population = pack.table("national_population").frame if pack.has("national_population") else None
    return arrange_margins(arrivals, departures, population, table.caveats)


def read_flows(ledger: LedgerConnection, pack: Pack) -> Flows:
    """The origin-destination table of the last year, with the source's own distances."""
    table = pack.table(FLOWS)
    flows = origin_destination(ledger, table.source.key, durations=[DURATION]).to_polars()
    year = int(flows["year"].sort()[-1])
    flows = flows.filter(pl.col("year") == year)
    places = sorted(set(flows["origin"]) | set(flows["destination"]))
    persons, distances = np.zeros((2, len(places), len(places)))
    for origin, destination, count in flows.select("origin", "destination", "persons").iter_rows():
        persons[places.index(origin), places.index(destination)] = count
    known = table.frame.filter(
        pl.col("origin").is_in(places),
        pl.col("destination").is_in(places),
        pl.col("origin") != pl.col("destination"),
    )
    for origin, destination, km in known.select("origin", "destination", "distance_km").iter_rows():
        distances[places.index(origin), places.index(destination)] = km
    return Flows(year, tuple(places), persons, distances)
