"""A release of real places for the tests of pages: the explorer's bundle, some of its tables, two reports."""

from pathlib import Path

from nuudel.pipeline.explorer import write_explorer
from nuudel.publication.explorer.read import read_bundle
from nuudel.publication.explorer.subset import subset_table
from nuudel.publication.formats import write_all

from ..publication.explorer_data import material_of

REPORT = "<!doctype html><title>report in {lang}</title>"


def write_release(folder: Path) -> Path:
    """All that the pages show of a run of Mongolia's pack."""
    write_explorer(material_of("mongolia"), folder)
    return complete(folder)


def complete(folder: Path) -> Path:
    """Tables and reports beside a bundle that is there."""
    bundle = read_bundle(folder / "explorer")
    write_all(subset_table(bundle, "moves"), folder / "tables")
    write_all(subset_table(bundle, "flows", years=[2021, 2022]), folder / "tables")
    write_all(subset_table(bundle, "indicator", indicator="residents", level="soum"), folder / "tables")
    (folder / "reports").mkdir(exist_ok=True)
    for lang in ("mn", "en"):
        (folder / "reports" / f"report-{lang}.html").write_text(REPORT.format(lang=lang), "utf-8")
        (folder / "reports" / f"report-{lang}.pdf").write_bytes(b"%PDF-1.7 " + lang.encode())
    return folder
