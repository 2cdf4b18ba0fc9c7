"""What a government can do or nature does, and what each act changes: levers and shocks.

An amount (houses, jobs, animals lost …) acts on rates through effects. With a(s, r) the amount of year s in
place r, the stock of an effect is

    S(t, r) = sum over s <= t of a(s, r) w(t - s)

where w is 0 for ``lag`` years, rises in ``build_up`` equal steps to 1, and then loses the share ``decay``
of what is left each year (0: what was built stays; 1: only that one year counts). Then

    log          departure = size x S
    elasticity   departure = size x log(1 + S x per_unit / base)

is added to the logarithm of the rate, attraction or capacity that the effect acts on.
"""

from typing import Literal

import msgspec

Kind = Literal["lever", "shock"]
Concept = Literal["movement", "registration"]
Evidence = Literal["estimated", "literature", "assumption"]
RATES = ("pull", "leaving", "bearing", "dying", "emigrating", "immigrating")
"""What an effect may act on, beside ``capacity.`` and the name of a capacity."""
BASES = ("persons", "working", "arrivals", "departures", "immigrants")
"""Of the first year: people, those of 18 to 59, moves within the country, persons from abroad."""
CAPACITY = "capacity."

Words = dict[str, str]


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one unit of a lever or shock changes, how sure that is, and why.

    Attributes
    ----------
    acts_on
        One of ``RATES``, or ``capacity.`` and the name of a capacity.
    form
        ``log`` (size is the change of the logarithm for one unit) or ``elasticity``.
    size, low, high
        Median and the ends of an 80 per cent interval.
    spread
        ``normal`` or ``lognormal``; each half has its own width, so that ``low`` and ``high`` are met.
    per_unit, base
        For an elasticity: how many of the base one unit is; the base is one of ``BASES``, or ``capacity.``
        and a name (the room of that year).
    lag, build_up, decay
        Years until it begins, years in which it grows to its full size, share lost in each later year.
    drawn_with
        Effects with the same word here draw the same standard normal number.
    quality
        ``estimated`` from our own data, ``literature``, or ``assumption`` where nothing better is known.
    evidence, source
        In words for each language, and where it comes from.
    """

    acts_on: str
    form: Literal["log", "elasticity"]
    size: float
    low: float
    high: float
    quality: Evidence
    evidence: Words
    source: str
    spread: Literal["normal", "lognormal"] = "normal"
    per_unit: float = 1.0
    base: str = ""
    lag: int = 0
    build_up: int = 1
    decay: float = 0.0
    drawn_with: str = ""


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one unit costs the state, in the prices of a year; median and 80 per cent interval, log-normal."""

    size: float = msgspec.field(name="value")
    low: float
    high: float
    year: int
    currency: Literal["MNT"]
    quality: Evidence
    evidence: Words
    source: str
    spread: Literal["lognormal"] = "lognormal"


class Lever(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that can be done, or that happens, in a place and a year.

    Attributes
    ----------
    name, kind, title, text, unit
        ``unit`` says what an amount of one is.
    concept
        ``registration`` where the effect is on who is registered; nothing is then said about movement.
    most_a_year
        Limit of the amount in a place and year.
    places
        Where it can be used; everywhere when empty.
    """

    name: str
    kind: Kind
    title: Words
    text: Words
    unit: Words
    effects: tuple[Effect, ...]
    most_a_year: float
    concept: Concept = "movement"
    cost: Cost | None = None
    places: tuple[str, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether an amount given for a larger place is shared among its parts by their people.

        So it is for elasticities (houses); an effect in logarithms (a loss of animals) is the same in each
        part. All effects of a lever have one form.
        """
        return self.effects[0].form == "elasticity"
