"""Reports, and the tables of the release with their downloads."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Caveat
from nuudel.publication.explorer.subset import subset_table
from nuudel.publication.tables import Table
from nuudel.web.explorer.explore_state import NO_FILL, read_state, route_place
from nuudel.web.explorer.published import shown
from nuudel.web.explorer.release import release
from nuudel.web.pages.cross_table import cross
from nuudel.web.pages.files import file_response
from nuudel.web.pages.names import alphabetical
from nuudel.web.words import LANGUAGES, language

OTHER = "other"
# A caveat about more places names none of them.
MOST_NAMED = 5
# Subjects in their order, with how the names of their tables begin.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "moves": ("registered_", "balance_", "migration_intensity", "migration_effectiveness", "capital_share"),
    "routes": ("estimated_flows", "observed_flows", "flows"),
    "people": ("resident_", "population"),
    "abroad": ("migrants_abroad", "remittances"),
    "causes": ("migration_effects", "dzud_", "livestock_", "registration_ban"),
    "forecast": ("migration_forecast", "forecast_", "outlook_"),
    "scenarios": ("scenario_", "policy_"),
    OTHER: ("",),
}
REPORTS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
# Files of a table, by the name under which they are offered.
FILES = {
    "csv": (".csv", "text/csv; charset=utf-8"),
    "csvw": (".csv-metadata.json", "application/csvm+json"),
    "px": (".px", "text/plain; charset=utf-8"),
    "sdmx": (".sdmx.xml", "application/vnd.sdmx.structurespecificdata+xml"),
    "sdmx_csv": (".sdmx.csv", "text/csv; charset=utf-8"),
    "sdmx_structure": (".structure.sdmx.xml", "application/vnd.sdmx.structure+xml"),
}
# A report carries its own styles and fonts, and no script.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; frame-ancestors 'none'"
)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports of the release, in the languages in which it has them."""
    folder = release().folder / "reports"
    found = [lang for lang in LANGUAGES if (folder / f"report-{lang}.html").is_file()]
    return render(
        request, "pages/reports.html", {"langs": sorted(found, key=lambda lang: lang != language())}
    )


@require_safe
def report(request: HttpRequest, name: str) -> HttpResponseBase:
    """A report as the main job has written it."""
    lang, _, kind = name.removeprefix("report-").partition(".")
    if name != f"report-{lang}.{kind}" or lang not in LANGUAGES or kind not in REPORTS:
        raise Http404
    path = release().folder / "reports" / name
    if kind == "pdf":
        return file_response(request, path, REPORTS[kind], f"nuudel-{name}")
    response = file_response(request, path, REPORTS[kind])
    response.headers["Content-Security-Policy"] = REPORT_POLICY
    return response


@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every table of the release, by subject."""
    lang = language()
    by_subject: dict[str, list[dict[str, str]]] = {subject: [] for subject in SUBJECTS}
    for known in sorted(release().tables.values(), key=lambda table: alphabetical(table.title[lang])):
        by_subject[subject_of(known.key)].append(listed(known, lang))
    subjects = [(subject, entries) for subject, entries in by_subject.items() if entries]
    return render(request, "pages/data.html", {"subjects": subjects, "build": release().bundle.build})


def subject_of(key: str) -> str:
    """The subject of a table, by its name."""
    return next((subject for subject, starts in SUBJECTS.items() if key.startswith(starts)), OTHER)


def listed(table: Table, lang: str) -> dict[str, str]:
    """A line of the list: what the table counts, when, and how it came about."""
    title, unit = table.measure.title[lang], table.measure.unit[lang]
    return {
        "key": table.key,
        "title": table.title[lang],
        "counts": title if unit.casefold() in title.casefold() else f"{title}, {unit}",
        "quality": table.quality.value,
        "time": span(table),
    }


def caveat_line(caveat: Caveat, lang: str) -> str:
    """A caveat with the years and the places that it is about; one about all has none."""
    bundle = release().bundle
    about = [years_of(caveat.years)] if caveat.years else []
    about += [bundle.name(code, lang) for code in caveat.places if code in bundle.places]
    text = caveat.text[lang]
    return f"{', '.join(about)}: {text}" if about and len(about) <= MOST_NAMED else text


def years_of(years: tuple[int, int]) -> str:
    first, last = years
    return str(first) if first == last else f"{first}–{last}"


def span(table: Table) -> str:
    """First and last period of a table, empty where it has no time."""
    codes = sorted(table.time.codes) if table.time else []
    return "" if not codes else codes[0] if len(codes) == 1 else f"{codes[0]}–{codes[-1]}"


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """A table: what it counts, what is to be known before, its files, and a cut through it."""
    shown, lang = release().tables.get(name), language()
    if shown is None:
        raise Http404
    folder = release().folder / "tables"
    files = [(key, name + suffix) for key, (suffix, _) in FILES.items()]
    context: dict[str, Any] = {
        "table": shown,
        "title": shown.title[lang],
        "counts": listed(shown, lang)["counts"],
        "quality": shown.quality.value,
        "decimals": shown.measure.decimals,
        "cut": cross(shown, request.GET.dict(), lang),
        "caveats": [caveat_line(caveat, lang) for caveat in shown.caveats],
        "sources": [source.line(lang) for source in shown.sources],
        "disclosure": shown.disclosure[lang],
        "files": [(key, file) for key, file in files if (folder / file).is_file()],
        "build": release().bundle.build,
    }
    return render(request, "pages/table.html", context)


@require_safe
def table_file(request: HttpRequest, name: str, file: str) -> HttpResponseBase:
    """A file of a table, byte for byte as it was released."""
    kinds = {name + suffix: media for suffix, media in FILES.values()}
    if name not in release().tables or file not in kinds:
        raise Http404
    return file_response(request, release().folder / "tables" / file, kinds[file], file)


@require_safe
def download(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """What the map shows, as a table: its routes, the totals of all places, or the indicator."""
    bundle = shown()
    state = read_state(bundle, request.GET)
    place = [] if state.routes == "all" else [route_place(bundle, state.place)]
    subsets: Mapping[str, Callable[[], Table]] = {
        "routes": lambda: subset_table(bundle, "flows", places=place, years=[state.year]),
        "totals": lambda: subset_table(bundle, "moves"),
        "fill": lambda: subset_table(bundle, "indicator", indicator=state.fill, level=state.level),
    }
    if what not in subsets or form not in WRITERS or (what == "fill" and state.fill == NO_FILL):
        raise Http404
    try:
        chosen = subsets[what]()
    except PublicationError:
        raise Http404 from None
    suffix, media = FILES[form]
    response = HttpResponse(WRITERS[form](chosen), content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{chosen.key}{suffix}"'
    return response


def as_csv(table: Table) -> bytes:
    from nuudel.publication.formats.csvw import format_csv

    return format_csv(table)


def as_px(table: Table) -> bytes:
    from nuudel.publication.formats.px import format_px, table_to_px

    return format_px(table_to_px(table))


def as_sdmx(table: Table) -> bytes:
    from nuudel.publication.formats.sdmx import format_figures

    return format_figures(table)[0]


WRITERS: Mapping[str, Callable[[Table], bytes]] = {"csv": as_csv, "px": as_px, "sdmx": as_sdmx}
