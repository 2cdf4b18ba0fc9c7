"""The levers and shocks of a pack, read strictly, with the reactions to what they build."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, nearest
from nuudel.model.scenarios.capacities import FILE as CAPACITY_FILE
from nuudel.model.scenarios.capacities import REACTION, Capacity, read_capacity_file
from nuudel.model.scenarios.check import check_interval, check_words
from nuudel.model.scenarios.lever import BASES, CAPACITY, RATES, Effect, Lever
from nuudel.model.scenarios.strict_yaml import Lines, read_strict

FILES = {"lever": "levers.yaml", "shock": "shocks.yaml"}


class LeverFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    levers: tuple[Lever, ...]


class ShockFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    shocks: tuple[Lever, ...]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every lever and shock that a scenario of a pack may use.

    Attributes
    ----------
    levers
        Name to lever or shock. After its own effects a lever has those of how people react to the
        capacities that it changes (``Capacity.reactions``), so that its draws carry that uncertainty.
    capacities
        As ``capacities.yaml`` has them.
    country
        Code of the country: an amount given for it holds in every place.
    parents
        Code of a place to that of the place of which it is a part.
    languages
        Those that every text has.
    """

    levers: Mapping[str, Lever]
    capacities: tuple[Capacity, ...]
    country: str
    parents: Mapping[str, str]
    languages: tuple[str, ...]

    def lever(self, name: str) -> Lever:
        """One of them; ``MODEL-742`` where there is none of the name."""
        if name not in self.levers:
            raise ModelError(
                742,
                f"There is no lever or shock {name!r}.",
                f"Use one of the catalogue{nearest(name, self.levers)}.",
                ("lever",),
            )
        return self.levers[name]

    def without_reactions(self) -> "Catalogue":
        """The same without the doubt about reactions to the room that levers make.

        For draws that differ in their reactions already (``project_reactions``): they hold for it too.
        """
        plain = {
            name: msgspec.structs.replace(
                lever, effects=tuple(e for e in lever.effects if not e.drawn_with.startswith(REACTION))
            )
            for name, lever in self.levers.items()
        }
        return replace(self, levers=plain)

    def acting(self) -> tuple[Lever, ...]:
        """Levers that a government can pull, without shocks."""
        return tuple(lever for lever in self.levers.values() if lever.kind == "lever")


def read_catalogue(pack: Pack) -> Catalogue:
    """Read ``levers.yaml``, ``shocks.yaml`` and ``capacities.yaml`` of a pack.

    Raises
    ------
    ModelError
        ``MODEL-731`` to ``MODEL-741``, each with file and line.
    """
    places = pack.table("places").frame
    parents = dict(places.select("code", "parent").iter_rows())
    capacities = read_capacity_file(pack.folder / CAPACITY_FILE, pack.languages)
    levers: dict[str, Lever] = {}
    for kind, name in FILES.items():
        for lever, lines, at in read_levers(pack.folder / name):
            check_lever(lever, kind, lines, at, pack.languages, {c.name for c in capacities}, parents)
            if lever.name in levers:
                refuse(lines, f"{at}.name", f"{lever.name!r} is there twice", "Give it another name.")
            levers[lever.name] = with_reactions(lever, capacities)
    return Catalogue(levers, capacities, pack.country, parents, pack.languages)


def read_levers(path: Path) -> list[tuple[Lever, Lines, str]]:
    """The entries of ``levers.yaml`` or ``shocks.yaml``, and where they stand."""
    if path.name == FILES["lever"]:
        acts, lines = read_strict(path, LeverFile)
        return [(lever, lines, f"$.levers[{i}]") for i, lever in enumerate(acts.levers)]
    events, lines = read_strict(path, ShockFile)
    return [(shock, lines, f"$.shocks[{i}]") for i, shock in enumerate(events.shocks)]


def with_reactions(lever: Lever, capacities: tuple[Capacity, ...]) -> Lever:
    """A lever whose effects on capacities carry the uncertainty of how people react to them."""
    by_name = {CAPACITY + capacity.name: capacity for capacity in capacities}
    reactions = [
        reaction
        for effect in lever.effects
        if effect.acts_on in by_name
        for reaction in by_name[effect.acts_on].reactions(effect)
    ]
    return msgspec.structs.replace(lever, effects=(*lever.effects, *reactions))


def check_lever(
    lever: Lever,
    kind: str,
    lines: Lines,
    at: str,
    languages: tuple[str, ...],
    capacities: set[str],
    places: Mapping[str, str],
) -> None:
    if lever.kind != kind:
        refuse(lines, f"{at}.kind", f"a {lever.kind} stands among the {kind}s", f"Write kind: {kind}.")
    if not lever.effects or len({effect.form for effect in lever.effects}) != 1:
        refuse(
            lines,
            f"{at}.effects",
            f"the effects of {lever.name!r} are none, or of two forms",
            "Make a lever for each form: an amount is shared by the parts of a place, or the same in each.",
        )
    if not lever.most_a_year > 0:
        refuse(lines, f"{at}.most_a_year", "the limit is not above 0", "Give the most that can be done.")
    for place in lever.places:
        if place not in places:
            refuse(
                lines,
                f"{at}.places",
                f"the place {place!r} is unknown",
                f"Use a code{nearest(place, places)}.",
            )
    for words in ("title", "text", "unit"):
        check_words(getattr(lever, words), languages, lines, f"{at}.{words}")
    for i, effect in enumerate(lever.effects):
        check_effect(effect, lines, f"{at}.effects[{i}]", languages, capacities)
    if lever.cost is not None:
        cost, where = lever.cost, f"{at}.cost"
        if not cost.low > 0:
            raise ModelError(
                738,
                f"{lines.where(where)}: the cost begins at {cost.low:g}.",
                "Give costs above 0, or leave the cost out.",
                ("cost",),
            )
        check_interval(cost.low, cost.size, cost.high, lines, where)
        check_words(cost.evidence, languages, lines, f"{where}.evidence")


def check_effect(
    effect: Effect, lines: Lines, at: str, languages: tuple[str, ...], capacities: set[str]
) -> None:
    rooms = [CAPACITY + name for name in sorted(capacities)]
    known = {"acts_on": [*RATES, *rooms], "base": [*BASES, *rooms] if effect.form == "elasticity" else [""]}
    for key, names in known.items():
        value = getattr(effect, key)
        if value not in names:
            raise ModelError(
                736,
                f"{lines.where(f'{at}.{key}')}: {key} is {value!r}, which is unknown here.",
                "Leave it out: the effect is in logarithms."
                if names == [""]
                else f"Use a known one{nearest(value, names)}.",
                (key,),
            )
    if effect.lag < 0 or effect.build_up < 1 or not 0 <= effect.decay <= 1:
        raise ModelError(
            737,
            f"{lines.where(at)}: a lag of {effect.lag}, a build-up of {effect.build_up} or a decay of "
            f"{effect.decay:g} cannot be.",
            "Give a lag of 0 or more years, a build-up of 1 or more, a decay from 0 to 1.",
            ("lag", "build_up", "decay"),
        )
    if effect.form == "log" and effect.acts_on.startswith(CAPACITY):
        refuse(lines, at, "an effect on a capacity is given in logarithms", "Write form: elasticity.")
    if effect.drawn_with.startswith(REACTION):
        refuse(lines, f"{at}.drawn_with", f"{REACTION!r} is kept for reactions", "Use another word.")
    check_interval(effect.low, effect.size, effect.high, lines, at, spread=effect.spread)
    check_words(effect.evidence, languages, lines, f"{at}.evidence")


def refuse(lines: Lines, path: str, problem: str, next_step: str) -> None:
    raise ModelError(740, f"{lines.where(path)}: {problem}.", next_step, (path[2:],))
