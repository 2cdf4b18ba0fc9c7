"""Scenario files, read strictly and held against the catalogue."""

import math
from pathlib import Path

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, nearest
from nuudel.model.scenarios.catalogue import Catalogue, read_catalogue
from nuudel.model.scenarios.check import check_words
from nuudel.model.scenarios.lever import Lever
from nuudel.model.scenarios.scenario import Scenario, Use
from nuudel.model.scenarios.strict_yaml import Lines, read_strict

FOLDER = "scenarios"
BASELINE = "baseline"
# No projection has years outside these; which ones it has is known when it is made.
YEARS = (1900, 2200)


def read_scenario(path: Path, catalogue: Catalogue) -> Scenario:
    """Read one scenario file and check it against the catalogue.

    Raises
    ------
    ModelError
        ``MODEL-731`` to ``MODEL-734``, ``MODEL-739``: the file itself; ``MODEL-742``: a lever that the
        catalogue lacks; ``MODEL-743``: a place that is unknown or where the lever cannot be used;
        ``MODEL-744``: years that end before they begin; ``MODEL-745``: an amount that is negative, no
        number, or above the lever's limit; ``MODEL-746``: a name that is not the file's.
    """
    scenario, lines = read_strict(path, Scenario)
    if scenario.name != path.stem:
        raise ModelError(
            746,
            f"{lines.where('$.name')}: the scenario {scenario.name!r} is in the file {path.name}.",
            f"Name the file {scenario.name}.yaml, or write name: {path.stem}.",
            ("name",),
        )
    check_words(scenario.title, catalogue.languages, lines, "$.title")
    check_words(scenario.text, catalogue.languages, lines, "$.text")
    for i, expected in enumerate(scenario.expected):
        check_place(expected.place, catalogue, lines, f"$.expected[{i}].place")
    for i, use in enumerate(scenario.uses):
        check_use(use, catalogue, lines, f"$.uses[{i}]")
    check_sums(scenario, catalogue, lines)
    return scenario


def read_scenarios(pack: Pack, catalogue: Catalogue | None = None) -> tuple[Scenario, ...]:
    """Every scenario of a pack, the baseline first, then by name.

    Raises
    ------
    ModelError
        ``MODEL-747``: the pack has no scenarios; those of ``read_catalogue`` and ``read_scenario``.
    """
    paths = sorted((pack.folder / FOLDER).glob("*.yaml"), key=lambda path: (path.stem != BASELINE, path.stem))
    if not paths:
        raise ModelError(
            747,
            f"the pack {pack.name} has no folder {FOLDER} with YAML files.",
            "Write one (docs/how-to/write-a-scenario.md), or name a scenario file.",
        )
    known = catalogue or read_catalogue(pack)
    return tuple(read_scenario(path, known) for path in paths)


def check_use(use: Use, catalogue: Catalogue, lines: Lines, at: str) -> None:
    if use.lever not in catalogue.levers:
        raise ModelError(
            742,
            f"{lines.where(f'{at}.lever')}: there is no lever or shock {use.lever!r}.",
            f"Use one of the catalogue{nearest(use.lever, catalogue.levers)}.",
            ("lever",),
        )
    if use.last < use.first:
        raise ModelError(
            744,
            f"{lines.where(f'{at}.to')}: the use of {use.lever!r} from {use.first} ends in {use.last}.",
            "Give the first and the last year, both included.",
            ("from", "to"),
        )
    if not YEARS[0] <= use.first <= use.last <= YEARS[1]:
        raise ModelError(
            744,
            f"{lines.where(f'{at}.from')}: the years {use.first} to {use.last} are not within "
            f"{YEARS[0]} to {YEARS[1]}.",
            "Write calendar years that are projected.",
            ("from", "to"),
        )
    lever = catalogue.levers[use.lever]
    for place, amount in use.amounts.items():
        where = f"{at}.amounts.{place}"
        check_place(place, catalogue, lines, where)
        check_allowed(place, lever, catalogue, lines, where)
        if not (math.isfinite(amount) and 0 <= amount <= lever.most_a_year):
            raise ModelError(
                745,
                f"{lines.where(where)}: an amount of {amount:g} a year is not between 0 and the limit of "
                f"{lever.name!r}, {lever.most_a_year:g}.",
                "Give an amount within the limit; a loss has a lever or shock of its own.",
                ("amounts",),
            )


def check_sums(scenario: Scenario, catalogue: Catalogue, lines: Lines) -> None:
    """Uses of one lever in one place and year must keep its limit together."""
    sums: dict[tuple[str, str, int], float] = {}
    for i, use in enumerate(scenario.uses):
        most = catalogue.levers[use.lever].most_a_year
        for place, amount in use.amounts.items():
            for year in range(use.first, use.last + 1):
                key = (use.lever, place, year)
                sums[key] = sums.get(key, 0.0) + amount
                if sums[key] > most:
                    raise ModelError(
                        745,
                        f"{lines.where(f'$.uses[{i}].amounts.{place}')}: with the uses before it, "
                        f"{use.lever!r} comes to {sums[key]:g} in {year}, above its limit of {most:g}.",
                        "Lower the amounts, or move the years apart.",
                        ("amounts",),
                    )


def check_place(place: str, catalogue: Catalogue, lines: Lines, at: str) -> None:
    if place not in catalogue.parents:
        raise ModelError(
            743,
            f"{lines.where(at)}: the place {place!r} is unknown.",
            f"Use a code of the gazetteer{nearest(place, catalogue.parents)}.",
            ("amounts",),
        )


def check_allowed(place: str, lever: Lever, catalogue: Catalogue, lines: Lines, at: str) -> None:
    """The place itself, or the one of which it is a part, must be among the lever's."""
    problem = ""
    if place == catalogue.country and lever.shared:
        problem = "is the whole country, and its amount would have to be shared out"
    elif lever.places and not {place, catalogue.parents[place]} & set(lever.places):
        problem = f"is not one of {', '.join(lever.places)}"
    if problem:
        raise ModelError(
            743,
            f"{lines.where(at)}: the place {place!r} of {lever.name!r} {problem}.",
            "Name places in which it can be used.",
            ("amounts",),
        )
