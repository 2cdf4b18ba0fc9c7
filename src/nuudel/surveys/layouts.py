"""Layouts: the names under which forms of one kind tell their figures, so that rounds can be compared.

A mapping says in its section ``measures`` which answers they are (survey-forms.md). They hold numbers, codes,
days and clock times only: no texts, nothing about a person by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nuudel.ledger.schema import PLACE, Field, Form

CODE = r"[\w.:+-]{1,80}"


def fields(counts: str = "", codes: str = "", places: str = "", clocks: str = "") -> dict[str, Field]:
    """The columns of a layout, named in lists of words."""

    def of(names: str, form: Form, pattern: str = "") -> Iterable[Field]:
        return (Field(name, form, pattern=pattern) for name in names.split())

    found = (
        *of(counts, Form.COUNT),
        *of(codes, Form.WORD, CODE),
        *of(places, Form.WORD, PLACE),
        *of(clocks, Form.TEXT),
    )
    return {column.name: column for column in found}


@dataclass(frozen=True)
class Layout:
    """What forms of one kind tell: once for a submission, and in rows."""

    values: Mapping[str, Field]
    rows: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)


HEAD: Mapping[str, Field] = {
    "area": Field("area", Form.WORD, pattern=PLACE),
    "day": Field("day", Form.DATE),
    "began": Field("began", Form.INSTANT),
    "ended": Field("ended", Form.INSTANT),
}
"""What every layout has: where, on which day, and when the form was opened and finished on the phone."""

AGES = "women men girls boys"
GROUP = "persons households women men"

# ``women`` and ``men`` are 18 to 59 where a form has older ones apart, else all from 18. ``part`` names the
# part of the area that was assessed, such as a bagh that no list has: parts of an area are added.
AREA = Layout(
    fields(
        counts="informants least_said most_said persons households displaced returned migrants "
        f"{AGES} older_women older_men arrived departed",
        codes="outcome basis part",
    ),
    {
        "informants": fields("persons_said", "consent role credible"),
        "arrivals": fields(GROUP, "kind reason duration", "origin"),
        "departures": fields(GROUP, "kind reason duration", "destination"),
        "settlements": fields("persons households", "kind"),
        "needs": fields(codes="need"),
    },
)

LAYOUTS: Mapping[str, Layout] = {
    "area": AREA,
    # A settlement in an area: its people are among those of the area, never added to them.
    "subarea": AREA,
    "watch": Layout(
        fields("break_minutes observed_minutes counted", "point missed directions", clocks="from to"),
        {
            "passing": fields(
                f"hour vehicles persons foreigners {AGES}", "direction mode", "origin destination"
            )
        },
    ),
    "traveller": Layout(
        fields(
            "age_from age_to group_size children",
            "point direction agreed asked_before sex citizenship reason mode duration often",
            "origin destination",
        ),
        {
            "needs": fields(codes="need"),
            "difficulties": fields(codes="difficulty"),
            "symptoms": fields(codes="symptom"),
        },
    ),
    "event": Layout(
        fields("persons households dead injured missing animals_lost", "kind basis"),
        {
            "moved": fields(f"persons households {AGES}", "shelter intention", "origin destination"),
            "needs": fields(codes="need"),
        },
    ),
    "point": Layout(
        fields("usual_a_day share_seen hours_a_day", "point kind status epidemic", clocks="opens closes")
    ),
}
