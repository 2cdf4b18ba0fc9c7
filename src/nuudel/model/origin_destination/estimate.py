"""The estimate for a country of which only in- and out-migrants by place are published."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Caveat
from nuudel.model.origin_destination.deterrence import Deterrence
from nuudel.model.origin_destination.draws import draw_seeds, draw_year
from nuudel.model.origin_destination.evidence import geography
from nuudel.model.origin_destination.margins import draw_margins
from nuudel.model.origin_destination.result import EstimatedFlows, summarise
from nuudel.statistics.internal_migration import InternalMigration

FEWEST_DRAWS = 20


def estimate_tables(
    internal: InternalMigration,
    distances: ArrayLike,
    contiguity: ArrayLike | None,
    deterrence: Deterrence,
    *,
    caveats: Sequence[Caveat] = (),
    draws: int = 200,
    seed: int,
    keep_draws: bool = False,
) -> EstimatedFlows:
    """Estimate a country's origin-destination tables from its margins.

    Deterrence comes from other countries' full tables (``learn_deterrence``) and never from these margins,
    which hold no information on it: any decay meets them. The margins enter as what each table must add up
    to, and as the sizes of places that the features know (opportunities).

    Parameters
    ----------
    internal
        T years, n places; NaN where a place was not counted.
    distances
        Shape (n, n), km, in the order of ``internal.places``.
    contiguity
        Shape (n, n): whether two places share a border; None if unknown (see ``geography``).
    deterrence
        Learnt from other countries.
    caveats
        Of the margins (columns ``in_migrants``, ``out_migrants``): a doubtful margin gets a wider error, and
        all that single margins have against them is noted in the result.
    draws
        Posterior draws, at least 20.
    seed
        The same seed gives the same figures, whatever the number of threads.
    keep_draws
        Whether the result holds all draws (D x T x n x n numbers), as sums over years need.

    Raises
    ------
    ModelError
        ``MODEL-301`` places do not fit; ``MODEL-314`` a table does not converge; ``MODEL-321``, ``MODEL-322``
        margins that no table has; ``MODEL-324`` too few draws.
    StatisticsError
        ``STATISTICS-344``: in and out disagree in too few years to estimate the error.

    Notes
    -----
    Sources: Willekens (1999), *Mathematical Population Studies* 7, 239-278 (flows from margins and auxiliary
    information); Raymer (2007), *Environment and Planning A* 39, 985-995 (associations borrowed from other
    data); Deming & Stephan (1940), *Annals of Mathematical Statistics* 11, 427-444.
    """
    if draws < FEWEST_DRAWS:
        raise ModelError(324, f"{draws} draws are too few for intervals.", "Ask for 200.", ("draws",))
    streams = [np.random.default_rng(own) for own in np.random.SeedSequence(seed).spawn(2)]
    margins = draw_margins(internal, caveats, draws, streams[0])
    rows, columns = margins.rows.mean(axis=1), margins.columns.mean(axis=1)
    where = geography(internal.places, distances, contiguity, rows.mean(axis=0), columns.mean(axis=0))
    seeds = draw_seeds(where, deterrence, rows, columns, streams[1])
    # one year at a time: the draws of all years together may not fit into memory
    by_year = (
        draw_year(seeds, margins.rows[:, t].copy(), margins.columns[:, t].copy(), streams[1])
        for t in range(len(internal.years))
    )
    return summarise(
        internal.years,
        internal.places,
        by_year,
        margins,
        features=deterrence.features,
        learnt_from=tuple(deterrence.fits),
        keep_draws=keep_draws,
    )
