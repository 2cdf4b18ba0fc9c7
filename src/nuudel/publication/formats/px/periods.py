"""Periods in PX: ``TIMEVAL`` with its time list, and the codes that Nuudel uses."""

import re
from collections.abc import Sequence

from nuudel.publication.formats.px.model import Bare, Statement
from nuudel.publication.table_checks import PERIOD

# scale of TLIST, Nuudel's code, PX's code
SCALES = (
    ("A1", r"(\d{4})", "{0}", r"(\d{4})", "{0}"),
    ("H1", r"(\d{4})-S([12])", "{0}{1}", r"(\d{4})([12])", "{0}-S{1}"),
    ("Q1", r"(\d{4})-Q([1-4])", "{0}{1}", r"(\d{4})([1-4])", "{0}-Q{1}"),
    ("M1", r"(\d{4})-(\d\d)", "{0}{1}", r"(\d{4})(0[1-9]|1[0-2])", "{0}-{1}"),
    ("W1", r"(\d{4})-W(\d\d)", "{0}{1}", r"(\d{4})(\d\d)", "{0}-W{1}"),
)
RANGE = re.compile(r'TLIST\(A1,"(\d{4})"-"(\d{4})"\)')
MOST_YEARS = 5000


def time_list(codes: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Scale and periods as ``TIMEVAL`` has them; nothing where PX has no scale for the codes."""
    for scale, ours, theirs, _, _ in SCALES:
        found = [re.fullmatch(ours, code) for code in codes]
        if all(found):
            return scale, tuple(theirs.format(*match.groups()) for match in found if match)
    return None


def period_codes(timeval: Statement | None, codes: tuple[str, ...]) -> tuple[str, ...] | None:
    """The codes of a dimension of time: the file's own where they are periods, else those of ``TIMEVAL``."""
    if timeval is None or len(set(codes)) != len(codes):
        return None
    if all(PERIOD.fullmatch(code) for code in codes):
        return codes
    scale = timeval.values[0].text if isinstance(timeval.values[0], Bare) else ""
    periods = timeval.texts
    span = RANGE.fullmatch(scale)
    if span and 0 <= int(span[2]) - int(span[1]) < MOST_YEARS:
        periods = tuple(str(year) for year in range(int(span[1]), int(span[2]) + 1))
        scale = "TLIST(A1)"
    for name, _, _, theirs, ours in SCALES:
        if scale == f"TLIST({name})" and len(periods) == len(codes) == len(set(periods)):
            found = [re.fullmatch(theirs, period) for period in periods]
            if all(found):
                return tuple(ours.format(*match.groups()) for match in found if match)
    return None
