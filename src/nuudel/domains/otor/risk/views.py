"""The page of the risk: chances by soum, how good they are, and how they were for past dzuds."""

from dataclasses import dataclass

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains.otor.pasture.areas import MapWords, names, soum_map
from nuudel.domains.otor.pasture.views import query_of
from nuudel.domains.otor.risk.chances import chances
from nuudel.model.dzud.risk import Risk
from nuudel.web.access.units import aimags_by_name
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.words import language, say

BREAKS = (0.15, 0.25, 0.35, 0.5)
PERCENT = 100


class RiskForm(forms.Form):
    """Which aimag."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["aimag"] = forms.ChoiceField(
            choices=[("", say("otor.pasture.all")), *aimags_by_name(language())],
            required=False,
            label=say("otor.pasture.aimag"),
        )


@dataclass(frozen=True)
class Row:
    """A soum with its chance, in per cent."""

    place: str
    above: str
    chance: float | None
    low: float
    high: float
    words: str
    name: str
    aimag: str


@require_safe
def risk(request: HttpRequest) -> HttpResponse:
    """Chances by soum as a map, a table and a file; their skill stands above them."""
    form, found = RiskForm(request.GET or None), chances()
    aimag = form.cleaned_data["aimag"] if form.is_bound and form.is_valid() else ""
    if request.GET.get("as") == "csv":
        return csv_response("dzud-risk", *file_of(found, aimag))
    return render(request, "otor/risk.html", shown(form, found, aimag))


def file_of(found: Risk, aimag: str) -> tuple[list[str], list[list[object]]]:
    """The columns and lines of the file."""
    frame = found.to_frame()
    if aimag:
        frame = frame.filter(frame["aimag"] == aimag)
    lines = [[round(v, 3) if isinstance(v, float) else v for v in row] for row in frame.iter_rows()]
    return frame.columns, lines


def rows_of(found: Risk, aimag: str) -> list[Row]:
    """The soums, the highest chance first; those without animals last."""
    known = names()
    rows = [
        Row(
            place,
            found.above[index],
            None if np.isnan(found.chance[index]) else PERCENT * float(found.chance[index]),
            PERCENT * float(found.low[index]),
            PERCENT * float(found.high[index]),
            f"otor.risk.standing_{found.standing(index) or 'none'}",
            known.get(place, place),
            known.get(found.above[index], found.above[index]),
        )
        for index, place in enumerate(found.places)
        if aimag in ("", found.above[index])
    ]
    return sorted(rows, key=lambda row: (row.chance is None, -(row.chance or 0), row.place))


def shown(form: RiskForm, found: Risk, aimag: str) -> dict[str, object]:
    skill = found.skill
    words = MapWords(
        say(f"otor.risk.map_{found.method}"),
        say("otor.risk.map_sub", year=found.year),
        (say("otor.risk.key_low"), "", say("otor.risk.key_high")),
        say("otor.risk.key_none"),
    )
    return {
        "form": form,
        "risk": found,
        "rows": rows_of(found, aimag),
        "map": soum_map(found.by_place(), BREAKS, words),
        "words": words,
        "usual": PERCENT * found.usual,
        "winter": f"{found.year - 1}–{found.year}",
        "skill": skill,
        "versus": skill.against["climatology"],
        "rivals": [(say(f"otor.risk.rival_{name}"), score) for name, score in skill.against.items()],
        "bins": [
            (
                PERCENT * b.mean,
                PERCENT * b.came.value,
                PERCENT * b.came.low,
                PERCENT * b.came.high,
                b.forecasts,
            )
            for b in skill.reliability
        ],
        "dzuds": [
            (d, PERCENT * d.forecast_hit, PERCENT * d.forecast_spared, PERCENT * d.long_run)
            for d in skill.dzuds.values()
        ],
        "query": query_of(form, "csv"),
    }
