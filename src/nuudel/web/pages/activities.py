"""What the registers have counted and may publish, for everybody; found through DOMAINS, in own words."""

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains import DOMAINS
from nuudel.web.access.models import Place
from nuudel.web.pages.ways import public_ways
from nuudel.web.words import language


class PublicCount(Protocol):
    """A count as a domain's ``figures.events_overview`` gives it; ``count`` None: too few to be shown."""

    @property
    def year(self) -> int: ...
    @property
    def place(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def count(self) -> int | None: ...
    @property
    def quality(self) -> str: ...


@dataclass(frozen=True)
class Register:
    """A domain with its public counts, each with the name of its place."""

    name: str
    rows: tuple[tuple[PublicCount, str], ...]


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """The public counts of every domain that has some."""
    registers = [Register(name, with_names(counts_of(name))) for name in publishing()]
    return render(request, "pages/activities.html", {"registers": registers, "ways": public_ways()})


def publishing() -> list[str]:
    """The domains that have public counts."""
    known = [name for name in DOMAINS if importlib.util.find_spec(f"nuudel.domains.{name}.figures")]
    return [name for name in known if hasattr(figures_of(name), "events_overview")]


def figures_of(domain: str) -> Any:
    return importlib.import_module(f"nuudel.domains.{domain}.figures")


def counts_of(domain: str) -> Sequence[PublicCount]:
    counts: Sequence[PublicCount] = figures_of(domain).events_overview()
    return counts


def with_names(rows: Sequence[PublicCount]) -> tuple[tuple[PublicCount, str], ...]:
    places = Place.objects.filter(code__in={row.place for row in rows})
    names = {place.code: place.name(language()) for place in places}
    return tuple((row, names.get(row.place, row.place)) for row in rows)
