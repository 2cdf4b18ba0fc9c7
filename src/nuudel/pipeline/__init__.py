"""The whole flow on one page: places → ledger → model → explorer → tables → figures → report.

    places    the pack is read strictly; its gazetteer is written as a table
    ledger    official figures enter the ledger as counted facts, one series each
    why       what goes with leaving and coming, and the natural experiments, from statistics of the ledger
    routes    origin-destination tables estimated from arrivals and departures
    gravity   where flows are counted: what holds moves back, and models compared on unseen flows
    ahead     forecasters tested on the past, and the forecast of the one that won
    outlook   people by place, sex and age until 2055, with intervals, tested on the past
    scenarios what levers and shocks would change, beside the baseline on the same draws
    policy    the mix of levers that serves a goal best, and how sure that is
    explorer  what the public explorer shows, as a bundle of JSON files
    tables    statistics and estimates released as CSV, PX and SDMX
    figures   every figure is drawn, for the desk and for the phone
    report    the report in one language, as HTML and PDF

Each step's files are made beside their place and moved there in one go; a step whose inputs have not
changed is kept. The steps of the model keep their results in ``model/``, for the steps after them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nuudel.base.errors import ModelError, StatisticsError
from nuudel.base.packs import Pack
from nuudel.base.results import read_result, write_result
from nuudel.base.steps import Step, StepResult, run_steps
from nuudel.pipeline.inputs import FLOWS, MARGINS, check_inputs, evidence_fingerprints
from nuudel.places import user_boundaries
from nuudel.places.gazetteer import Gazetteer, check_levels, read_gazetteer

# The rooms that a step works with are opened when it works: a run that keeps its steps takes no time.
if TYPE_CHECKING:
    from nuudel.ledger.engines import LedgerConnection
    from nuudel.pipeline.ground import Ground
    from nuudel.publication.report.document import Report
    from nuudel.publication.report.material import Material
    from nuudel.statistics.internal_migration import InternalMigration

MODEL = "model"
Result = TypeVar("Result")
LIBRARIES = (
    *(
        "nuudel",
        "numpy",
        "scipy",
        "numba",
        "jax",
        "scikit-learn",
        "statsmodels",
        "polars",
        "pyarrow",
        "duckdb",
    ),
    *("ibis-framework", "matplotlib", "typst", "pysdmx"),
)


def ignore_progress(done: int, total: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True)
class Run:
    """One run of the main job: a pack, a language, a seed and the folder of the results.

    ``progress`` is told how far a long step is: done, total.
    """

    pack: Pack
    out: Path
    lang: str
    seed: int
    progress: Callable[[int, int], None] = ignore_progress

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return read_gazetteer(self.pack)

    @cached_property
    def material(self) -> "Material":
        """Statistics read off the ledger, and what the steps of the model have kept."""
        from nuudel.model.findings import Ahead, FlowStudy, Policies, Routes, Why
        from nuudel.model.projection.outlook import Outlook
        from nuudel.model.scenarios.comparison import ScenarioComparison
        from nuudel.pipeline.readings import read_flows
        from nuudel.publication.report.material import Material
        from nuudel.publication.report.words import load_words

        flows = read_flows(self.ledger, self.pack) if self.pack.has(FLOWS) else None
        internal = self.internal
        counted = flows.places if flows else internal.places
        levels = {self.gazetteer.get(code).level for code in counted[:1]}
        units = "".join(self.gazetteer.level(level).plural[self.lang] for level in levels)
        words = replace(load_words(self.lang), units=units)
        policies = self.kept(Policies, "policy")
        return Material(
            self.pack,
            self.gazetteer,
            words,
            version("nuudel"),
            internal,
            flows,
            why=self.kept(Why, "why"),
            routes=self.kept(Routes, "routes"),
            gravity=self.kept(FlowStudy, "gravity"),
            ahead=self.kept(Ahead, "ahead"),
            outlook=self.kept(Outlook, "outlook"),
            scenarios=self.kept(ScenarioComparison, "scenarios"),
            policy=policies.answers if policies is not None else (),
            problems=self.problems,
        )

    @cached_property
    def ground(self) -> "Ground | None":
        """People, rates, capacities and past errors of every look ahead; errors of ``lay_ground``."""
        from nuudel.model.findings import Routes
        from nuudel.pipeline.ground import lay_ground

        routes = self.kept(Routes, "routes")
        return lay_ground(self.pack, routes.flows if routes is not None else None)

    @cached_property
    def ledger(self) -> "LedgerConnection":
        from nuudel.ledger.store import Ledger

        return Ledger.open(self.out / "ledger", create=False).connect()

    @cached_property
    def internal(self) -> "InternalMigration":
        """Arrivals and departures, read off the ledger that the step before has written."""
        from nuudel.pipeline.readings import read_margins

        return read_margins(self.ledger, self.pack)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the model could not estimate, and why."""
        from nuudel.model.findings import Why
        from nuudel.model.projection.outlook import Outlook

        found = [path.read_text("utf-8") for path in sorted((self.out / MODEL).glob("*.problem.txt"))]
        why, outlook = self.kept(Why, "why"), self.kept(Outlook, "outlook")
        told = (p for step in (why, outlook) if step is not None for p in step.problems)
        return tuple(dict.fromkeys((*found, *told)))

    def kept(self, kind: type[Result], step: str) -> Result | None:
        """What a step of the model has kept; None where the country's figures do not allow it."""
        path = self.out / MODEL / f"{step}.msgpack"
        return read_result(kind, path) if path.exists() else None

    @cached_property
    def report(self) -> "Report":
        from nuudel.publication.report.compose import compose_report

        return compose_report(self.material)

    def check(self) -> None:
        """Refuse what no step could work with; errors of ``check_inputs``."""
        check_inputs(self.pack, self.lang)

    def steps(self) -> list[Step]:
        """The flow, in order."""
        pack = {"pack": self.pack.file_hashes(), "boundaries": user_boundaries.fingerprint(self.pack)}
        lang = {"lang": self.lang}
        return [
            Step("places", pack, self.write_places),
            Step("ledger", {"seed": self.seed}, self.write_ledger),
            Step("why", {}, self.write_why),
            Step("routes", {"evidence": evidence_fingerprints(self.pack)}, self.write_routes),
            Step("gravity", {}, self.write_gravity),
            Step("ahead", {}, self.write_ahead),
            Step("outlook", {}, self.write_outlook),
            Step("scenarios", {}, self.write_scenarios),
            Step("policy", {}, self.write_policy),
            Step("explorer", {}, self.write_explorer),
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
        import polars as pl

        places = self.gazetteer.places.values()
        columns: dict[str, Any] = {"code": [p.code for p in places], "level": [p.level for p in places]}
        columns |= {f"name_{lang}": [p.name(lang) for p in places] for lang in self.pack.languages}
        columns |= {name: [getattr(p, name) for p in places] for name in ("parent", "latitude", "longitude")}
        for name in self.pack.table_names:
            check_levels(self.gazetteer, self.pack.table(name))
        (folder / "tables").mkdir()
        pl.DataFrame(columns).write_csv(folder / "tables" / "places.csv")

    def write_ledger(self, folder: Path) -> None:
        from nuudel.ledger.aggregates import flow_facts, margin_facts
        from nuudel.ledger.store import Ledger
        from nuudel.pipeline.readings import append_official

        ledger = Ledger.open(folder / "ledger", places=self.gazetteer.places)
        for name, facts in ((MARGINS, margin_facts), (FLOWS, flow_facts)):
            if self.pack.has(name):
                table = self.pack.table(name)
                append_official(ledger, table, facts)

    def keep(self, ask: Callable[[], object | None], folder: Path, step: str) -> None:
        """Keep a result of the model for the steps after; where the figures allow none, no file.

        A model that cannot be estimated does not stop the main job: why is kept, and the report prints it.
        """
        for leftover in (self.out / MODEL).glob(f"{step}.*"):
            leftover.unlink()
        (folder / MODEL).mkdir()
        try:
            result = ask()
        except (ModelError, StatisticsError) as error:
            (folder / MODEL / f"{step}.problem.txt").write_text(str(error), "utf-8")
            return
        if result is not None:
            write_result(result, folder / MODEL / f"{step}.msgpack")

    def write_why(self, folder: Path) -> None:
        from nuudel.pipeline.why import ask_why

        self.keep(lambda: ask_why(self.pack, self.gazetteer, self.internal, self.seed), folder, "why")

    def write_routes(self, folder: Path) -> None:
        from nuudel.pipeline.routes import estimate_routes

        self.keep(
            lambda: estimate_routes(self.pack, self.gazetteer, self.internal, self.seed), folder, "routes"
        )

    def write_gravity(self, folder: Path) -> None:
        from nuudel.pipeline.routes import study_flows

        self.keep(lambda: study_flows(self.pack, self.seed), folder, "gravity")

    def write_ahead(self, folder: Path) -> None:
        from nuudel.pipeline.ahead import look_ahead

        self.keep(lambda: look_ahead(self.pack, self.internal, self.seed, self.progress), folder, "ahead")

    def write_outlook(self, folder: Path) -> None:
        from nuudel.pipeline.futures import project_outlook

        self.keep(
            lambda: project_outlook(self.pack, self.ground, self.seed, self.progress), folder, "outlook"
        )

    def write_scenarios(self, folder: Path) -> None:
        from nuudel.pipeline.futures import compare_scenarios

        self.keep(
            lambda: compare_scenarios(self.pack, self.ground, self.seed, self.progress), folder, "scenarios"
        )

    def write_policy(self, folder: Path) -> None:
        from nuudel.pipeline.futures import answer_goals

        self.keep(lambda: answer_goals(self.pack, self.ground, self.seed, self.progress), folder, "policy")

    def write_explorer(self, folder: Path) -> None:
        from nuudel.pipeline.explorer import write_explorer

        write_explorer(self.material, folder)

    def write_tables(self, folder: Path) -> None:
        from nuudel.publication.formats import write_all
        from nuudel.publication.releases import build_release

        for table in build_release(self.material):
            write_all(table, folder / "tables")

    def write_figures(self, folder: Path) -> None:
        from nuudel.publication.report.drawings import draw_figure

        figures = folder / "figures"
        figures.mkdir()
        for figure in self.report.figures:
            drawing, png = draw_figure(figure)
            (figures / f"{figure.key}.svg").write_text(drawing.desk, "utf-8")
            (figures / f"{figure.key}-phone.svg").write_text(drawing.phone, "utf-8")
            (figures / f"{figure.key}.png").write_bytes(png)

    def write_report(self, folder: Path) -> None:
        from nuudel.publication.report.drawings import Drawings
        from nuudel.publication.report.html import write_html
        from nuudel.publication.report.pdf import write_pdf

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


def run_pipeline(
    run: Run, watch: Callable[[str, StepResult | None], None], *, until: str | None = None
) -> list[StepResult]:
    """Run the main job, or its steps up to the one named ``until``.

    Errors as in ``run_steps``, of the rooms, and ``RUN-104`` to ``RUN-107``.
    """
    run.check()
    steps = run.steps()
    names = [step.name for step in steps]
    wanted = steps if until is None else steps[: names.index(until) + 1]
    return run_steps(run.out, wanted, run.record(), watch)
