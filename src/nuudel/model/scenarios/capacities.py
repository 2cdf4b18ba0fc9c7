"""Capacities that fill up: dwellings, schools, clinics, jobs; all of them scenario assumptions."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.projection.accounts import account, load
from nuudel.model.projection.inputs import (
    AGES,
    OLDEST,
    SEXES,
    Array,
    Feedback,
    Paths,
    Rates,
    StartingPopulation,
)
from nuudel.model.scenarios.check import check_interval, check_words
from nuudel.model.scenarios.lever import Effect, Evidence, Words
from nuudel.model.scenarios.strict_yaml import Lines, read_strict

FILE = "capacities.yaml"
# Effects that begin so stand for how unsure a reaction is; no file may name one.
REACTION = "reaction: "
# No place is without any room: the logarithm of a pressure needs a user's worth.
LEAST_ROOM = 1.0


Pace = Literal["country", "own", "constant"]
Strength = Literal["central", "weak", "strong", "none"]


class Users(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """People of some ages (both ends included) and what one of them uses."""

    ages: tuple[int, int]
    weight: float
    sexes: tuple[Literal["female", "male"], ...] = ("female", "male")


class Reaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An elasticity to crowding with its 80 per cent interval."""

    size: float
    low: float
    high: float

    def at(self, strength: Strength) -> float:
        """The median, the end nearer to 0 (``weak``) or farther from it (``strong``), or ``none``: 0."""
        weak, strong = sorted((self.low, self.high), key=abs)
        return {"central": self.size, "weak": weak, "strong": strong, "none": 0.0}[strength]


class Capacity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that people need room in.

    Attributes
    ----------
    name, title, unit
        ``unit`` is that of users and of room (dwellings, school places …).
    users
        Who uses how much of it.
    room
        Room at the start for one user at the start.
    pace
        How fast room grows without any lever: ``country`` (everywhere as the country's users do in the
        central projection), ``own`` (as each place's users do in it) or ``constant``.
    pull, push
        Reactions of those who come and of those who leave to crowding; see ``Feedback``.
    quality, evidence, source
        As for effects.
    """

    name: str
    title: Words
    unit: Words
    users: tuple[Users, ...]
    room: float
    pace: Pace
    pull: Reaction
    push: Reaction
    quality: Evidence
    evidence: Words
    source: str

    def weights(self) -> Array:
        """2 x 101."""
        weights = np.zeros((len(SEXES), AGES))
        for group in self.users:
            for sex in group.sexes:
                weights[SEXES.index(sex), group.ages[0] : group.ages[1] + 1] += group.weight
        return weights

    def reactions(self, effect: Effect) -> tuple[Effect, Effect]:
        """How unsure the reaction to room is that a lever makes, as effects of size 0.

        A lever that adds c to the logarithm of room adds -elasticity x c to attraction and leaving through
        ``Feedback``, whose elasticity is the central one. In a draw with another elasticity the difference
        remains; it is the same number for all levers of a draw.
        """
        pull, push = (
            msgspec.structs.replace(
                effect,
                acts_on=acts_on,
                size=0.0,
                low=effect.size * (known.size - known.high),
                high=effect.size * (known.size - known.low),
                spread="normal",
                drawn_with=f"{REACTION}{self.name} {acts_on}",
                quality=self.quality,
                evidence=self.evidence,
                source=self.source,
            )
            for acts_on, known in (("pull", self.pull), ("leaving", self.push))
        )
        return pull, push


class CapacityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    capacities: tuple[Capacity, ...]


def read_capacity_file(path: Path, languages: tuple[str, ...] = ("en",)) -> tuple[Capacity, ...]:
    """Read ``capacities.yaml``.

    Raises
    ------
    ModelError
        ``MODEL-731`` to ``MODEL-735``, ``MODEL-739``; ``MODEL-741``: ages, weights or room that cannot be,
        or a name that is there twice.
    """
    found, lines = read_strict(path, CapacityFile)
    for i, capacity in enumerate(found.capacities):
        at = f"$.capacities[{i}]"
        check_capacity(capacity, found.capacities[:i], lines, at)
        for name, reaction in (("pull", capacity.pull), ("push", capacity.push)):
            check_interval(reaction.low, reaction.size, reaction.high, lines, f"{at}.{name}")
        for words in ("title", "unit", "evidence"):
            check_words(getattr(capacity, words), languages, lines, f"{at}.{words}")
    return found.capacities


def check_capacity(capacity: Capacity, before: tuple[Capacity, ...], lines: Lines, at: str) -> None:
    if capacity.name in {other.name for other in before}:
        refuse(lines, f"{at}.name", f"the capacity {capacity.name!r} is there twice", "Keep one.")
    if not capacity.room > 0:
        refuse(lines, f"{at}.room", f"the room {capacity.room:g} is not above 0", "Give for example 1.")
    if not capacity.users:
        refuse(lines, f"{at}.users", "nobody uses the capacity", "Name ages and what one person uses.")
    for j, group in enumerate(capacity.users):
        first, last = group.ages
        if not 0 <= first <= last <= OLDEST or not group.weight > 0:
            refuse(
                lines,
                f"{at}.users[{j}]",
                f"the ages {first} to {last} with the weight {group.weight:g} cannot be",
                f"Give ages from 0 to {OLDEST} in order and a weight above 0.",
            )


def refuse(lines: Lines, path: str, problem: str, next_step: str) -> None:
    raise ModelError(741, f"{lines.where(path)}: {problem}.", next_step, (path[2:],))


def read_capacities(
    pack: Pack,
    start: StartingPopulation,
    rates: Rates,
    *,
    reactions: Strength = "central",
    pace: Pace | None = None,
    past: Paths | None = None,
    counted: int = 0,
) -> Feedback:
    """The capacities of a pack's ``capacities.yaml``: room for the first users, growing at a stated pace.

    All of it is a scenario assumption: no pack says yet how many dwellings, school places or clinics there
    are. The pace is read off the central projection without feedback.

    Parameters
    ----------
    reactions
        ``central``, or the ``weak`` or ``strong`` ends of all intervals, or ``none``: for sensitivity.
    pace
        Another pace than the file's for all of them: for sensitivity.
    past, counted
        Departures that reproduce the first ``counted`` years (``Baseline.past``). Until they end room grows
        with the users of each place, so that nobody reacts in years that were counted as they were.
    """
    capacities = read_capacity_file(pack.folder / FILE, pack.languages)
    if pace:
        capacities = tuple(msgspec.structs.replace(c, pace=pace) for c in capacities)
    return feedback_of(capacities, start, rates, reactions, past, counted)


def feedback_of(
    capacities: tuple[Capacity, ...],
    start: StartingPopulation,
    rates: Rates,
    reactions: Strength = "central",
    past: Paths | None = None,
    counted: int = 0,
) -> Feedback:
    """Capacities over the years of some rates."""
    years = rates.years.size
    silent = Feedback(
        names=tuple(c.name for c in capacities),
        users=np.stack([c.weights() for c in capacities]) if capacities else np.zeros((0, len(SEXES), AGES)),
        capacity=np.ones((years, len(capacities), len(start.places))),
        pull=np.zeros(len(capacities)),
        push=np.zeros(len(capacities)),
    )
    path = Paths.none(rates, silent)
    persons = account(start, rates, path if past is None else path + past, silent).persons[:years]
    used = np.stack([load(now, silent) for now in persons])
    paces = {
        "country": used.sum(axis=2, keepdims=True) / used[:1].sum(axis=2, keepdims=True) * np.ones_like(used),
        "own": used / np.maximum(used[:1], LEAST_ROOM),
        "constant": np.ones_like(used),
    }
    growth = np.stack([paces[c.pace][:, f] for f, c in enumerate(capacities)], axis=1) if capacities else used
    # In the years that were counted room keeps step with users; from then on it grows at its pace.
    growth = growth * (paces["own"] / growth)[np.minimum(np.arange(years), counted)]
    room = np.array([c.room for c in capacities])
    return replace(
        silent,
        capacity=np.maximum(used[:1] * room[:, None] * growth, LEAST_ROOM),
        pull=np.array([c.pull.at(reactions) for c in capacities]),
        push=np.array([c.push.at(reactions) for c in capacities]),
    )
