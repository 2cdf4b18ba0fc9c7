"""The crosswalk between the units of two dates: what a figure of an old unit counts for in the new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from nuudel.base.errors import PlacesError
from nuudel.places.gazetteer import Gazetteer

BASES = ("whole", "population", "area", "assumed")  # from the strongest to the weakest
SHARE_TOLERANCE = 1e-6  # shares are written with few decimals; they are scaled to one afterwards


@dataclass(frozen=True)
class Crosswalk:
    """Shares of the old units that go to the new ones.

    Attributes
    ----------
    shares
        Columns old, new, share, basis; the shares of each old unit add up to 1. ``basis`` is ``whole``
        where the unit stays or goes over as a whole, else the weakest basis on the way.
    """

    date_from: date
    date_to: date
    level: str
    shares: pl.DataFrame

    def convert(self, frame: pl.DataFrame, values: Sequence[str], place: str = "place") -> pl.DataFrame:
        """Counts by old unit, as counts by new unit; totals stay what they were.

        Parameters
        ----------
        frame
            One row for each unit and combination of the other columns.
        values
            The columns with counts. Rates and shares cannot be converted: convert what they are made of.
        place
            The column with the codes of the old units.

        Returns
        -------
        Frame with the same columns, counts as floats, sorted by the new units and the other columns.

        Raises
        ------
        PlacesError
            ``PLACES-120`` a code that is no unit of the level on the first date.
        """
        known = set(self.shares["old"])
        for code in frame[place].unique().sort():
            if code not in known:
                raise PlacesError(
                    120,
                    f"{code!r} is no {self.level} on {self.date_from}.",
                    "Correct the code, or name the date at which it was one.",
                    (place,),
                )
        others = [column for column in frame.columns if column not in (place, *values)]
        joined = frame.join(self.shares, left_on=place, right_on="old", how="inner")
        weighted = joined.with_columns(pl.col(values).cast(pl.Float64) * pl.col("share"))
        moved = weighted.drop(place, "share", "basis").rename({"new": place})
        groups = moved.group_by([place, *others]).agg(pl.col(values).sum())
        return groups.select(frame.columns).sort([place, *others])


def crosswalk(gazetteer: Gazetteer, date_from: date, date_to: date, level: str) -> Crosswalk:
    """What the units of a level at one date count for in those of a later date.

    Raises
    ------
    PlacesError
        ``PLACES-121`` the dates run backwards; ``PLACES-122`` the shares of a change do not add up to 1 or
        it names a unit that does not exist then; ``PLACES-123`` a unit ends without a change that says where
        its people go.
    """
    if date_to < date_from:
        raise PlacesError(
            121,
            f"the crosswalk from {date_from} to {date_to} runs backwards.",
            "Convert from the earlier date to the later one: what a merger joined cannot be told apart.",
            ("date_from", "date_to"),
        )
    gazetteer.level(level)
    codes = [place.code for place in gazetteer.units(level, date_from)]
    shares: dict[str, dict[str, float]] = {code: {code: 1.0} for code in codes}
    bases: dict[str, str] = dict.fromkeys(codes, "whole")
    changes = gazetteer.changes.filter((pl.col("date") > date_from) & (pl.col("date") <= date_to))
    for day in changes["date"].unique().sort():
        steps = steps_on(gazetteer, level, day)
        for start, targets in shares.items():
            on_the_way = [bases[start], *(steps[unit][1] for unit in targets if unit in steps)]
            bases[start] = max(on_the_way, key=BASES.index)
            shares[start] = follow(targets, {old: step[0] for old, step in steps.items()})
    rows = [
        (start, end, share, bases[start])
        for start, targets in shares.items()
        for end, share in targets.items()
    ]
    for start, end, _, _ in rows:
        if not gazetteer.get(end).exists(date_to):
            raise PlacesError(
                123,
                f"{end} no longer exists on {date_to}, and no change says where {start} went.",
                "Add the change to the pack's place_changes.",
                ("old", "valid_to"),
            )
    frame = pl.DataFrame(
        rows,
        schema={"old": pl.String, "new": pl.String, "share": pl.Float64, "basis": pl.String},
        orient="row",
    )
    return Crosswalk(date_from=date_from, date_to=date_to, level=level, shares=frame)


def steps_on(gazetteer: Gazetteer, level: str, day: date) -> dict[str, tuple[dict[str, float], str]]:
    """The changes of one day at a level: old unit to shares by new unit, and their basis."""
    steps: dict[str, tuple[dict[str, float], str]] = {}
    for row in gazetteer.changes.filter(pl.col("date") == day).iter_rows(named=True):
        old, new = gazetteer.get(row["old"]), gazetteer.get(row["new"])
        if old.level != level:
            continue
        gone = old.valid_from is not None and old.valid_from >= day
        if (
            new.level != level
            or not new.exists(day)
            or gone
            or (old.valid_to is not None and old.valid_to < day)
        ):
            raise PlacesError(
                122,
                f"the change of {day} from {old.code} to {new.code} names a unit that does not exist then.",
                "Correct the change or the dates of the units.",
                ("old", "new"),
            )
        if row["basis"] not in BASES:
            raise PlacesError(
                122,
                f"the change of {day} of {old.code} has the basis {row['basis']!r}.",
                f"Name one of: {', '.join(BASES)}.",
                ("basis",),
            )
        targets, _ = steps.setdefault(old.code, ({}, row["basis"]))
        targets[new.code] = row["share"]
    for code, (targets, basis) in steps.items():
        total = sum(targets.values())
        if abs(total - 1) > SHARE_TOLERANCE or min(targets.values()) < 0:
            raise PlacesError(
                122, f"the shares of {code} on {day} add up to {total:g}, not 1.", "Correct them.", ("share",)
            )
        steps[code] = ({new: share / total for new, share in targets.items()}, basis)
    return steps


def follow(targets: dict[str, float], steps: dict[str, dict[str, float]]) -> dict[str, float]:
    """Shares after one more day of changes; a unit without a change stays itself."""
    after: dict[str, float] = {}
    for code, share in targets.items():
        for new, part in steps.get(code, {code: 1.0}).items():
            after[new] = after.get(new, 0.0) + share * part
    return after
