"""Reports, and the tables of the release with their downloads."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.base.errors import PublicationError
from nuudel.publication.explorer.subset import subset_table
from nuudel.publication.tables import Table
from nuudel.web.explorer.explore_state import NO_FILL, read_state, route_place
from nuudel.web.explorer.release import release
from nuudel.web.words import LANGUAGES, language

SHOWN_ROWS = 200
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
    known = {f"report-{lang}.{kind}" for lang in LANGUAGES for kind in ("html", "pdf")}
    path = release().folder / "reports" / name
    if name not in known or not path.is_file():
        raise Http404
    if name.endswith(".pdf"):
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"nuudel-{name}")
    response = HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = REPORT_POLICY
    return response


@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every table of the release."""
    lang = language()
    entries = [(table, table.title[lang]) for table in release().tables.values()]
    listed = sorted(entries, key=lambda entry: entry[1])
    rows = [
        {"key": t.key, "title": title, "quality": t.quality.value, "time": span(t)} for t, title in listed
    ]
    return render(request, "pages/data.html", {"tables": rows, "build": release().bundle.build})


def span(table: Table) -> str:
    """First and last period of a table, empty where it has no time."""
    codes = sorted(table.time.codes) if table.time else []
    return "" if not codes else codes[0] if len(codes) == 1 else f"{codes[0]}–{codes[-1]}"


def found(name: str) -> Table:
    """A table of the release, or 404."""
    table = release().tables.get(name)
    if table is None:
        raise Http404
    return table


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """A table: what it counts, what is to be known before, its files and its first rows."""
    shown, lang = found(name), language()
    frame = shown.to_frame(lang)
    labels = {f"{d.key}_{lang}": d.title[lang] for d in shown.dimensions}
    rows = frame.select(*labels, "value").head(SHOWN_ROWS).rows()
    context: dict[str, Any] = {
        "table": shown,
        "title": shown.title[lang],
        "unit": f"{shown.measure.title[lang]}, {shown.measure.unit[lang]}",
        "quality": shown.quality.value,
        "decimals": shown.measure.decimals,
        "header": list(labels.values()),
        "rows": [(row[:-1], row[-1]) for row in rows],
        "more": max(frame.height - SHOWN_ROWS, 0),
        "total": frame.height,
        "caveats": [caveat.text[lang] for caveat in shown.caveats],
        "sources": [source.line(lang) for source in shown.sources],
        "disclosure": shown.disclosure[lang],
        "files": [(key, name + suffix) for key, (suffix, _) in FILES.items()],
    }
    return render(request, "pages/table.html", context)


@require_safe
def table_file(request: HttpRequest, name: str, file: str) -> HttpResponseBase:
    """A file of a table, byte for byte as it was released."""
    kinds = {name + suffix: media for suffix, media in FILES.values()}
    found(name)
    path = release().folder / "tables" / file
    if file not in kinds or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=file, content_type=kinds[file])


@require_safe
def download(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """What the map shows, as a table: its routes, the totals of all places, or the indicator."""
    bundle = release().bundle
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
