"""The report as a PDF of A4 pages, set by Typst with the package's own fonts."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nuudel.base.errors import PublicationError
from nuudel.publication.charts.style import FONTS_FOLDER, register_fonts
from nuudel.publication.report.document import Chapter, Figure, Report, TextTable
from nuudel.publication.report.drawings import Drawings
from nuudel.publication.report.html import MARK, TEMPLATES
from nuudel.publication.report.words import load_words


def write_pdf(report: Report, drawings: Mapping[str, Drawings]) -> bytes:
    """Set the report.

    Raises
    ------
    PublicationError
        ``PUBLICATION-303``: Typst refuses the document (a defect of the program, not of the data).
    """
    import typst

    register_fonts()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for key, drawing in drawings.items():
            (work / f"{key}.svg").write_text(drawing.desk, "utf-8")
        paths = "".join(
            f'<path fill="{fill}" d="{path}"/>'
            for fill, path in zip(("#1A5F9E", "#A85B00"), MARK, strict=True)
        )
        mark = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{paths}</svg>'
        (work / "mark.svg").write_text(mark, "utf-8")
        (work / "report.json").write_text(json.dumps(as_data(report), ensure_ascii=False), "utf-8")
        (work / "report.typ").write_text((TEMPLATES / "report.typ").read_text("utf-8"), "utf-8")
        try:
            return typst.compile(
                work / "report.typ", root=work, font_paths=[FONTS_FOLDER], ignore_system_fonts=True
            )
        except typst.TypstError as error:
            raise PublicationError(
                303, f"the PDF could not be set: {error}.", "Report this with the pack's name."
            ) from None


def as_data(report: Report) -> dict[str, Any]:
    words = load_words(report.lang)
    return {
        "lang": report.lang,
        "name": words("report.name"),
        "kind": report.kind or words("report.kind"),
        "above": list(report.above),
        "tags": list(report.tags),
        "page": words("report.page"),
        "title": report.title,
        "running": report.running_title,
        "lead": report.lead,
        "keys": [{"big": k.big, "text": k.text, "tone": k.tone} for k in report.key_figures],
        "chapters": [chapter_data(chapter) for chapter in report.chapters],
        "colophon": list(report.colophon),
    }


def chapter_data(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "paragraphs": list(chapter.paragraphs),
        "blocks": [block_data(block) for block in chapter.blocks],
        "points": [list(point) for point in chapter.points],
    }


def block_data(block: Figure | TextTable) -> dict[str, Any]:
    common = {"title": block.title, "source": block.source, "caveats": list(block.caveats)}
    if isinstance(block, Figure):
        legend = [list(entry) for entry in block.legend]
        return common | {
            "kind": "figure",
            "key": block.key,
            "sub": block.subtitle,
            "tag": block.tag,
            "legend": legend,
        }
    return common | {
        "kind": "table",
        "header": list(block.header),
        "rows": [list(row) for row in block.rows],
        "numeric": list(block.numeric),
        "total": block.total_row,
    }
