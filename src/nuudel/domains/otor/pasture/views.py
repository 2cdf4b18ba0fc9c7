"""The page of the load: what stands on each soum's pasture against what it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.otor.pasture.areas import MapWords, names, soum_map
from nuudel.domains.otor.pasture.standing import Standing, ground_on, pasture_values, standing_on
from nuudel.model.pasture.ground import overview, season_of
from nuudel.model.pasture.load import Load
from nuudel.web.access.units import aimags_by_name
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.words import language, number, say

BREAKS = (1.0, 2.0, 3.0, 5.0)
MILLION = 1e6
COLUMNS = ("place", "aimag", "season", "day", "resident", "guests", "away", "sheep_units", "capacity", "load",
           "free", "capacity_from", "herds_from", "quality")  # fmt: skip


class LoadForm(forms.Form):
    """Which aimag, and on which day."""

    aimag = forms.ChoiceField(required=False)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["aimag"] = forms.ChoiceField(
            choices=[("", say("otor.pasture.all")), *aimags_by_name(language())], required=False
        )
        for name, field in self.fields.items():
            field.label = say(f"otor.pasture.{name}")


@dataclass(frozen=True)
class Row:
    """A soum with its load."""

    place: str
    above: str
    load: Load
    name: str = ""
    aimag: str = ""

    def cells(self, day: date) -> list[object]:
        """As a line of the file."""
        load = self.load
        parts = (round(load.parts[name]) for name in ("resident", "guests", "away"))
        return [
            *(self.place, self.above, load.season, day, *parts),
            *(round(load.sheep_units), round(load.capacity), round(load.ratio, 2), round(load.free)),
            *("set" if load.set_by_hand else "estimated", "counted" if load.counted else "estimated"),
            str(load.quality),
        ]


@require_safe
def pasture(request: HttpRequest) -> HttpResponse:
    """The load of all soums or of an aimag's, as a map, a table and a file."""
    asked = {"aimag": request.GET.get("aimag", ""), "day": request.GET.get("day") or localdate()}
    form = LoadForm(asked)
    chosen = form.cleaned_data if form.is_valid() else {}
    day, aimag = chosen.get("day") or localdate(), chosen.get("aimag") or ""
    now = standing_on(day)
    rows = rows_of(now, aimag)
    if request.GET.get("as") == "csv":
        return csv_response("otor-pasture", COLUMNS, [row.cells(day) for row in rows])
    return render(request, "otor/pasture.html", shown(form, now, rows, day))


def rows_of(now: Standing, aimag: str) -> list[Row]:
    """The soums, the fullest first; those where no animals stand last."""
    ground, known = ground_on(now.day), names()
    pairs = zip(ground.places, ground.above, strict=True)
    rows = [
        Row(place, above, now.load(place), known.get(place, place), known.get(above, above))
        for place, above in pairs
        if aimag in ("", above)
    ]
    return sorted(rows, key=lambda row: (-row.load.ratio, row.place))


def shown(form: LoadForm, now: Standing, rows: list[Row], day: date) -> dict[str, object]:
    ground, values = ground_on(day), pasture_values()
    loads = {row.place: row.load for row in rows_of(now, "")}
    full = sum(load.ratio > 1 for load in loads.values())
    season = say(f"otor.half_code.{season_of(day)}")
    words = MapWords(
        say("otor.pasture.map_title", full=full, all=len(loads)),
        say("otor.pasture.map_sub", season=season, day=day),
        (say("otor.pasture.key_low"), "", say("otor.pasture.key_high")),
        say("otor.pasture.key_none"),
    )
    ratios = {
        place: load.ratio for place, load in loads.items() if load.sheep_units > 0 and np.isfinite(load.ratio)
    }
    return {
        "form": form,
        "rows": rows,
        "day": day,
        "season": season,
        "map": soum_map(ratios, BREAKS, words),
        "words": words,
        "millions": {name: units / MILLION for name, units in overview(ground, values, day).items()},
        "counted_in": ground.counted_in,
        "values": assumptions(day),
        "query": query_of(form, "csv"),
        "full": number(full),
    }


SHOWN_VALUES = ("load_of_country", "pasture_share", "season_factor", "forage", "national_herd")


def assumptions(day: date) -> list[dict[str, object]]:
    """The dated values that the figures rest on, in the reader's language."""
    lang = language()
    found = [pasture_values().in_force(name, day) for name in SHOWN_VALUES]
    return [
        {
            "about": value.about[lang],
            "unit": value.unit[lang],
            "text": written(value.value),
            "since": value.since,
            "origin": value.origin,
            "source": value.source,
        }
        for value in found
    ]


def written(value: float | Mapping[str, float]) -> str:
    """A value, or the smallest and largest of several."""
    if not isinstance(value, Mapping):
        return f"{value:,g}"
    return f"{min(value.values()):,g}–{max(value.values()):,g}"


def query_of(form: forms.Form, kind: str, but: tuple[str, ...] = ()) -> str:
    """The address of the same as a file."""
    data = getattr(form, "data", {}) or {}
    return urlencode(
        [
            *((name, data.get(name, "")) for name in form.fields if data.get(name) and name not in but),
            ("as", kind),
        ]
    )
