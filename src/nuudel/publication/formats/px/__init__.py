"""PX (PC-Axis) files: a reader and a writer that lose nothing.

``read_px`` and ``write_px`` work on any PX file, ``table_to_px`` and ``px_to_table`` turn one into a table
for publication and back.
"""

from nuudel.publication.formats.px.convert import px_to_table, table_to_px
from nuudel.publication.formats.px.files import format_px, parse_px, read_px, write_px
from nuudel.publication.formats.px.model import SYMBOLS, Bare, Pair, Problem, PxFile, Statement, same_px

__all__ = [
    "SYMBOLS",
    "Bare",
    "Pair",
    "Problem",
    "PxFile",
    "Statement",
    "format_px",
    "parse_px",
    "px_to_table",
    "read_px",
    "same_px",
    "table_to_px",
    "write_px",
]
