"""The report put together: each chapter that a country's figures allow, in the order a planner asks."""

from collections.abc import Callable

from nuudel.publication.report.chapters.abroad import write_abroad
from nuudel.publication.report.chapters.ahead import write_ahead
from nuudel.publication.report.chapters.balance import write_balance, write_decades
from nuudel.publication.report.chapters.capital import write_capital, write_register, write_reverse
from nuudel.publication.report.chapters.cover import write_cover
from nuudel.publication.report.chapters.distance import write_distance
from nuudel.publication.report.chapters.estimated_routes import write_estimated_routes
from nuudel.publication.report.chapters.intensity import write_dzud, write_intensity
from nuudel.publication.report.chapters.outlook import write_outlook
from nuudel.publication.report.chapters.policy import write_policy
from nuudel.publication.report.chapters.residents import write_residents
from nuudel.publication.report.chapters.routes import write_routes
from nuudel.publication.report.chapters.scenarios import write_scenarios
from nuudel.publication.report.chapters.trust import write_method, write_planner, write_trust
from nuudel.publication.report.chapters.why import write_why
from nuudel.publication.report.document import Chapter, Report
from nuudel.publication.report.material import Material

CHAPTERS: tuple[Callable[[Material], Chapter | tuple[Chapter, ...] | None], ...] = (
    write_register,
    write_balance,
    write_routes,
    write_estimated_routes,
    write_planner,
    write_capital,
    write_decades,
    write_intensity,
    write_dzud,
    write_why,
    write_distance,
    write_reverse,
    write_residents,
    write_abroad,
    write_ahead,
    write_outlook,
    write_scenarios,
    write_policy,
    write_trust,
    write_method,
)


def compose_report(material: Material) -> Report:
    """Write every chapter that the material allows.

    Raises
    ------
    PublicationError
        ``PUBLICATION-304``: the pack has neither margins nor flows of internal migration.
    """
    words = material.words
    title, lead, keys = write_cover(material)
    covered = material.internal.years if material.internal is not None else None
    first, last = (int(covered[0]), int(covered[-1])) if covered is not None else (material.flows.year,) * 2  # type: ignore[union-attr]
    running = "report.running" if first != last else "report.running_year"
    return Report(
        lang=material.lang,
        title=title,
        running_title=words(running, country=material.country_name, first=first, last=last),
        lead=lead,
        key_figures=keys,
        chapters=tuple(chapter for write in CHAPTERS for chapter in listed(write(material))),
        colophon=(
            words("report.colophon_made", version=material.version, pack=material.pack.name),
            words("report.colophon_estimated"),
            *((words("report.colophon_language"),) if words("report.colophon_language") else ()),
            words("report.colophon_open"),
        ),
    )


def listed(written: Chapter | tuple[Chapter, ...] | None) -> tuple[Chapter, ...]:
    """What a writer wrote: nothing, one chapter or several."""
    return () if written is None else (written,) if isinstance(written, Chapter) else written
