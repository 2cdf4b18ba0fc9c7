"""Lists that the shipped forms look up: their columns, and when a point is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from nuudel.surveys import instruments

POINTS, SUBAREAS = "points", "subareas"
HEAD = ("name", "label")
STATUS, OPEN = "status", "open"
CHOICES = {STATUS: "point_status", "epidemic": "yes_no"}
"""Columns that hold a code of a list of choices of the shipped forms."""


@dataclass(frozen=True)
class Known:
    """What a list may say.

    Attributes
    ----------
    columns
        Those beside ``name`` and ``label``.
    ends
        Columns that name an aimag or a country.
    codes
        Columns that hold one of some codes.
    """

    columns: tuple[str, ...]
    form: str
    ends: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    example: tuple[str, ...] = ()


KNOWN: Mapping[str, Known] = {
    POINTS: Known(
        (
            "place",
            "inside",
            "outside",
            STATUS,
            "epidemic",
            "kind",
            "opens",
            "closes",
            "hours_a_day",
            "share_seen",
            "geometry",
        ),
        "flow_point_profile",
        ends=("inside", "outside"),
        codes=CHOICES | {"kind": "point_kind"},
        times=("opens", "closes"),
        numbers=("hours_a_day", "share_seen"),
        example=(
            "name,label,place,inside,outside,status,epidemic",
            "west,Баруун товчоо,MN18101,MN81,MN82,open,no",
        ),
    ),
    SUBAREAS: Known(
        ("place", "kind", "households", "persons"),
        "baseline_area",
        codes={"kind": "settlement_kind"},
        numbers=("households", "persons"),
        example=("name,label,place", "zakh,Захын гудамж,MN18101"),
    ),
}
"""By the names of the lists; other lists are an institution's own and have any columns."""


@cache
def choices(form: str, name: str) -> tuple[str, ...]:
    """The codes of a list of choices of a shipped form."""
    head, *rows = instruments.sheets(form)["choices"]
    of, code = head.index("list_name"), head.index("name")
    return tuple(row[code] for row in rows if row[of] == name)


def completed(list_name: str, values: Mapping[str, str]) -> dict[str, str]:
    """The columns as phones choose by them: a point that says nothing of its status is open."""
    told = dict(values)
    if list_name == POINTS and not told.get(STATUS):
        told[STATUS] = OPEN
    return told


def is_open(values: Mapping[str, str]) -> bool:
    """Whether a point is open, to phones and pages alike."""
    return completed(POINTS, values)[STATUS] == OPEN
