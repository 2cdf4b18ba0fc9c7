"""Whether the inputs of an ensemble belong together, before anything is compiled."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import AGES, SEXES, Array, Feedback, Paths, Rates, StartingPopulation


def draws_of(paths: Paths) -> int:
    """D; 1 of a single path."""
    return 1 if paths.draws is None else paths.draws


def check_inputs(
    start: StartingPopulation,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    groups: Mapping[str, Array],
    precision: str,
) -> None:
    """Raise ``MODEL-681`` to ``MODEL-684`` or ``MODEL-686`` for what does not belong together."""
    if precision not in ("single", "double"):
        raise ModelError(
            684,
            f"There is no precision {precision!r}.",
            "Say single, or double where the accounts are to close to rounding.",
            ("precision",),
        )
    if start.places != rates.places:
        raise ModelError(
            681,
            "The starting population and the rates are not of the same places in the same order.",
            "Make both from the same list of places.",
            ("places",),
        )
    t, r, c, f = rates.years.size, len(rates.places), len(rates.corridors), len(feedback.names)
    if feedback.capacity.shape != (t, f, r):
        raise ModelError(
            681,
            f"The capacities have the shape {feedback.capacity.shape}, not {(t, f, r)}.",
            "Give one value for each year, capacity and place of the rates.",
            ("capacity",),
        )
    check_paths(paths, t, r, c, f)
    for name, weights in groups.items():
        if np.shape(weights) != (len(SEXES), AGES) or not np.all(np.isfinite(weights)):
            raise ModelError(
                686,
                f"The group {name} is not a table of finite weights of {len(SEXES)} sexes and {AGES} ages.",
                "Give 1 where a person belongs to the group and 0 elsewhere.",
                ("groups",),
            )


def check_paths(paths: Paths, t: int, r: int, c: int, f: int) -> None:
    draws = () if paths.draws is None else (paths.draws,)
    if draws == (0,):
        raise ModelError(682, "There is no draw.", "Ask for one draw or more.", ("draws",))
    tails = {
        "dying": (t,),
        "bearing": (t, r),
        "leaving": (t, r),
        "pull": (t, r),
        "emigrating": (t, c),
        "immigrating": (t, c),
        "capacity": (t, f, r),
    }
    for name in (field.name for field in fields(paths)):
        values = getattr(paths, name)
        if values.shape != (*draws, *tails[name]):
            raise ModelError(
                682,
                f"The departures of {name} have the shape {values.shape}, not {(*draws, *tails[name])}.",
                "Give every departure the same draws, and the years, places and corridors of the rates.",
                (name,),
            )
        if not np.all(np.isfinite(values)):
            raise ModelError(
                683,
                f"Some departures of {name} are missing or infinite.",
                "Correct the step that made them; a departure of 0 changes nothing.",
                (name,),
            )
