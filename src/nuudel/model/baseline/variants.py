"""The assumptions of a reconstruction that can be exchanged, each with its choices."""

from collections.abc import Mapping

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest

VARIANTS: Mapping[str, tuple[str, ...]] = {
    # Ages of those who move: Rogers-Castro fundamental, United Nations 1992, five years later, or no profile.
    "age_schedule": ("fundamental", "un1992", "late", "flat"),
    # A place's fertility against the country's: by child-woman ratio, half of that (in logarithms), none.
    "fertility_level": ("child_woman", "half", "equal"),
    # Years whose mean the level of leaving has after the counted ones.
    "migration_level": ("ten_years", "recent", "twenty_years", "reverting"),
    # Destinations: mean of the same years, the latest year, or sizes of arrivals alone without distance.
    "destinations": ("mean", "latest", "arrivals"),
    # International: net as United Nations, no net at all, or flows at half or twice the size.
    "international": ("united_nations", "balanced", "half", "twice"),
    # Shares of the places: residents carried half a year on by registered moves, residents as counted, or
    # midyear population where it is published.
    "population": ("residents", "as_counted", "midyear"),
    # National total: United Nations, or the statistics office.
    "total": ("united_nations", "national"),
    # Moves between the soums of an aimag against those out of it (soum level only).
    "within": ("medium", "low", "high"),
}


def choose(variant: Mapping[str, str] | None) -> dict[str, str]:
    """The choice for each assumption: the first of its list unless another is given.

    Raises
    ------
    ModelError
        ``MODEL-643``: an assumption or a choice is unknown.
    """
    chosen = {name: choices[0] for name, choices in VARIANTS.items()}
    for name, choice in (variant or {}).items():
        if name not in VARIANTS:
            raise ModelError(
                643,
                f"There is no assumption {name!r} to vary.",
                f"Name one of {', '.join(VARIANTS)}{nearest(name, list(VARIANTS))}.",
                ("variant",),
            )
        if choice not in VARIANTS[name]:
            raise ModelError(
                643,
                f"The assumption {name!r} has no choice {choice!r}.",
                f"Choose one of {', '.join(VARIANTS[name])}.",
                ("variant", name),
            )
        chosen[name] = choice
    return chosen
