"""A scenario: which levers are pulled and which shocks come, where, when and how strongly."""

from typing import Literal

import msgspec

from nuudel.model.scenarios.lever import Words


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One lever or shock in some places and years.

    Attributes
    ----------
    lever
        Its name in the catalogue.
    amounts
        Place code to amount in each year, in the unit of the lever.
    first, last
        Years, both included; written ``from`` and ``to``.
    """

    lever: str
    amounts: dict[str, float]
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The direction in which an author expects an indicator to move; tests hold it against the result.

    ``indicator`` is ``capital_share`` or an indicator of the comparison at ``place`` in ``year``.
    """

    indicator: str
    place: str
    year: int
    direction: Literal["up", "down"]


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file: name, words in each language, what is expected of it, and what is done."""

    name: str
    title: Words
    text: Words
    uses: tuple[Use, ...]
    expected: tuple[Expected, ...] = ()
