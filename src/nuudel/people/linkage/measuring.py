"""Precision and recall of linkage on a labelled set, by kind of error and by threshold."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from nuudel.people.linkage.labelled import Labelled
from nuudel.people.linkage.linking import Linked

THRESHOLDS = (0.5, 0.9, 0.99, 0.999)


@dataclass(frozen=True)
class Measured:
    """What was found of a labelled set.

    Attributes
    ----------
    by_threshold
        ``threshold``, ``proposed``, ``true``, ``precision``, ``recall``.
    by_kind
        ``kind``, ``with_number``, ``pairs`` of one person and their ``recall``, at the lowest threshold.
    alike
        ``kind``, ``pairs`` of two persons, and how many of them were ``proposed``, at the lowest threshold.
    """

    by_threshold: pl.DataFrame
    by_kind: pl.DataFrame
    alike: pl.DataFrame


def measured(given: Labelled, linked: Linked, thresholds: Iterable[float] = THRESHOLDS) -> Measured:
    """Compare proposals with what is known; ``linked`` must have been made with the lowest threshold.

    Precision is the share of pairs of one person among the proposed ones, 1 where none is proposed; recall
    the share of proposed ones among the pairs of one person.
    """
    levels = sorted(thresholds)
    keys = ["first", "second"]
    found = linked.pairs.select(*keys, "probability")
    known = given.pairs.join(found, on=keys, how="left").with_columns(pl.col("probability").fill_null(0))
    rows = []
    for level in levels:
        proposed = int((found["probability"] >= level).sum())
        true = int((known["probability"] >= level).sum())
        rows.append((level, proposed, true, true / proposed if proposed else 1.0, true / len(known)))
    lowest = pl.col("probability") >= levels[0]
    return Measured(
        pl.DataFrame(rows, schema=["threshold", "proposed", "true", "precision", "recall"], orient="row"),
        known.group_by("kind", "with_number")
        .agg(pl.len().alias("pairs"), lowest.mean().alias("recall"))
        .sort("kind", "with_number"),
        given.alike.join(found, on=keys, how="left")
        .group_by("kind")
        .agg(pl.len().alias("pairs"), lowest.fill_null(False).sum().alias("proposed"))
        .sort("kind"),
    )
