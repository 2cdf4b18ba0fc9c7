"""The page of hosts: for the herds of an area that is hit, soums with room, by distance, load and risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.base.errors import ModelError
from nuudel.domains.otor.models import HerderHousehold
from nuudel.domains.otor.pasture.areas import MapWords, names, soum_map
from nuudel.domains.otor.pasture.standing import (
    ground_on,
    latest_counts,
    pasture_values,
    standing_on,
)
from nuudel.domains.otor.pasture.views import BREAKS, query_of
from nuudel.domains.otor.risk.chances import chances
from nuudel.domains.otor.spots import soums
from nuudel.model.pasture.ground import Ground, season_of
from nuudel.model.pasture.hosts import Herd, HostRules, Proposal, propose
from nuudel.model.pasture.wave import wave_of
from nuudel.web.access.decisions import visible
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.words import say

SOURCES = ("estimate", "register")
NUMBERS = ("ceiling", "reach_km", "load_km", "risk_km")
PARAMETERS = {"ceiling": "load_ceiling"}
"""Names of the pack's values, where they differ from the fields'."""
MOST_HOUSEHOLDS = 20_000
MOST_ROWS = 200
COLUMNS = ("home", "host", "households", "sheep_units", "kilometres", "load_before", "load_after", "reason",
           "quality")  # fmt: skip
HERD_COLUMNS = ("household", "home", "sheep_units", "host", "kilometres", "reason", "quality")


class HostsForm(forms.Form):
    """Where the dzud is, whose herds are meant, and what a host must be."""

    hit = forms.MultipleChoiceField()
    source = forms.ChoiceField(widget=forms.RadioSelect)
    households = forms.IntegerField(min_value=1, max_value=MOST_HOUSEHOLDS, required=False)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ceiling = forms.FloatField(min_value=0, max_value=20)
    reach_km = forms.FloatField(min_value=0, max_value=3000)
    load_km = forms.FloatField(min_value=0, max_value=3000)
    risk_km = forms.FloatField(min_value=0, max_value=3000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s"} | options)
        self.fields["hit"] = forms.MultipleChoiceField(
            choices=places(), widget=forms.SelectMultiple(attrs={"size": 8})
        )
        cast(forms.ChoiceField, self.fields["source"]).choices = [
            (code, say(f"otor.hosts.source_{code}")) for code in SOURCES
        ]
        for name, field in self.fields.items():
            field.label = say(f"otor.hosts.{name}")
            field.help_text = say(f"otor.hosts.hint_{name}")
            if isinstance(field, forms.FloatField):
                field.widget.attrs["step"] = "any"


def places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Aimags, each with itself first and its soums after it."""
    found = []
    for title, below in soums():
        aimag = Place.objects.get(code=below[0][0]).parent
        found.append((title, [(aimag, say("otor.hosts.whole", aimag=title)), *below]))
    return found


def usual_values() -> dict[str, object]:
    """What the form begins with: the values in force today."""
    today, values = localdate(), pasture_values()
    numbers = {name: values.number(PARAMETERS.get(name, name), today) for name in NUMBERS}
    return {"day": today, "source": "estimate", "households": 8000, **numbers}


@require_safe
def hosts(request: HttpRequest) -> HttpResponse:
    """The form, and below it the proposal as a table, a map and files."""
    asked = "hit" in request.GET
    form = HostsForm(request.GET if asked else None, initial=usual_values())
    context: dict[str, object] = {"form": form}
    if asked and form.is_valid():
        try:
            answer = proposed(form.cleaned_data)
        except ModelError as error:
            form.add_error(None, error.problem)
        else:
            kind, user = request.GET.get("as"), cast(User, request.user)
            if kind == "csv":
                return csv_response("otor-hosts", COLUMNS, route_lines(answer))
            if kind == "herds":
                return csv_response("otor-hosts-households", HERD_COLUMNS, herd_lines(answer, user))
            context |= shown(answer, form)
    return render(request, "otor/hosts.html", context, status=422 if asked and form.errors else 200)


def proposed(asked: dict[str, Any]) -> Proposal | None:
    """The proposal for what was asked; None where the area has no herds."""
    day = asked["day"]
    ground, now = ground_on(day), standing_on(day)
    hit = soums_of(ground, asked["hit"])
    herds = (
        registered(hit, day)
        if asked["source"] == "register"
        else wave_of(ground, hit, asked["households"] or len(hit))
    )
    if not herds:
        return None
    rules = HostRules(season=season_of(day), closed=frozenset(hit), **{name: asked[name] for name in NUMBERS})
    return propose(
        ground,
        herds,
        rules,
        standing=now.units(),
        overrides=now.capacities,
        risk=chances().by_place(),
    )


def soums_of(ground: Ground, chosen: Sequence[str]) -> list[str]:
    """The soums among what was chosen, and those of the aimags among it."""
    pairs = zip(ground.places, ground.above, strict=True)
    return [place for place, above in pairs if place in chosen or above in chosen]


def registered(hit: Sequence[str], day: Any) -> list[Herd]:
    """The herds of the register at home in an area, by their latest counts; named by the household's id."""
    with service_rights():
        rows = latest_counts(day, HerderHousehold.objects.filter(state="active", place__in=hit))
    herds = [Herd(str(key), home, units) for home, key, units in rows if units > 0]
    return sorted(herds, key=lambda herd: herd.key)[:MOST_HOUSEHOLDS]


def route_lines(answer: Proposal | None) -> list[list[object]]:
    """One line for each home, host and reason."""
    if answer is None:
        return []
    renamed = answer.by_route().rename({"herds": "households"})
    return [
        [round(value, 2) if isinstance(value, float) else value for value in row]
        for row in renamed.select(COLUMNS).iter_rows()
    ]


def herd_lines(answer: Proposal | None, user: User) -> list[list[object]]:
    """One line for each household of the register that the user may read, with its code."""
    if answer is None:
        return []
    seen = visible(HerderHousehold.objects.all(), user, "otor.household")
    codes = {str(pk): code for pk, code in seen.values_list("pk", "code")}
    rows = answer.to_frame().iter_rows(named=True)
    return [
        [codes[row["herd"]], *(row[name] for name in HERD_COLUMNS[1:])]
        for row in rows
        if row["herd"] in codes
    ]


@dataclass(frozen=True)
class Route:
    """Herds from one soum to one host, or to none, as they are shown."""

    home: str
    host: str
    households: int
    sheep_units: int
    kilometres: float | None
    before: float | None
    after: float | None
    reason: str


def shown(answer: Proposal | None, form: HostsForm) -> dict[str, object]:
    """What the page shows of a proposal."""
    if answer is None:
        return {"empty": True}
    known = names()
    rows = [
        Route(
            known.get(row["home"], row["home"]),
            known.get(row["host"], row["host"]) if row["host"] else "",
            row["herds"],
            row["sheep_units"],
            row["kilometres"],
            row["load_before"],
            row["load_after"],
            say(f"otor.hosts.reason_{row['reason']}"),
        )
        for row in answer.by_route().sort("sheep_units", descending=True).iter_rows(named=True)
    ]
    after = answer.ratio(after=True)
    words = MapWords(
        say("otor.hosts.map_title", hosts=int((answer.arriving > 0).sum())),
        say("otor.hosts.map_sub"),
        (say("otor.pasture.key_low"), "", say("otor.pasture.key_high")),
        say("otor.hosts.key_none"),
    )
    receiving = {
        place: float(after[i])
        for i, place in enumerate(answer.ground.places)
        if answer.arriving[i] > 0 and np.isfinite(after[i])
    }
    placed = answer.placed
    return {
        "answer": answer,
        "rows": rows[:MOST_ROWS],
        "more": max(0, len(rows) - MOST_ROWS),
        "households": len(answer.herds),
        "placed": int(placed.sum()),
        "unplaced": int((~placed).sum()),
        "hosts": int((answer.arriving > 0).sum()),
        "mean_km": float(np.average(answer.kilometres[placed], weights=answer.units[placed]))
        if placed.any()
        else None,
        "gap": gap_of(answer),
        "map": soum_map(receiving, BREAKS, words),
        "words": words,
        "csv": query_of_all(form, "csv"),
        "herds_csv": query_of_all(form, "herds") if form.cleaned_data["source"] == "register" else "",
        "tells_more": chances().tells_more,
    }


def gap_of(answer: Proposal) -> str | None:
    """By how many per cent the ways are above the bound; None where fewer herds found a host than in it."""
    if answer.unplaced_units > answer.unplaced_bound + 1 or not answer.bound:
        return None
    return f"{max(0.01, 100 * (answer.cost / answer.bound - 1)):.2f}"


def query_of_all(form: HostsForm, kind: str) -> str:
    """The address of the same as a file; the area may be several places."""
    chosen = "&".join(f"hit={code}" for code in form.cleaned_data["hit"])
    return f"{chosen}&{query_of(form, kind, but=('hit',))}"
