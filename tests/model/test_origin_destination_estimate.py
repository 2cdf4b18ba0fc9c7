"""Mongolia's estimated tables: sums, intervals, seeds, and that margins say nothing on deterrence."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination import EstimatedFlows, estimate_tables
from nuudel.model.origin_destination.draws import draw_seeds, draw_year
from nuudel.model.origin_destination.evidence import geography
from nuudel.model.origin_destination.hierarchy import CountryPrior

from .origin_destination_data import deterrence, mongolia

DRAWS = 60


@cache
def estimate(seed: int = 1) -> EstimatedFlows:
    margins, km, borders, caveats = mongolia()
    return estimate_tables(
        margins, km, borders, deterrence(), caveats=caveats, draws=DRAWS, seed=seed, keep_draws=True
    )


def test_tables_add_up_to_the_reconciled_margins() -> None:
    found = estimate()
    total = np.nansum(found.mean, axis=(1, 2))
    assert found.mean.shape == (40, 22, 22)
    # margins are met to a ten-millionth of the year's moves
    off = 1e-6 * total[:, None]
    assert (np.abs(np.nansum(found.mean, axis=2) - np.nan_to_num(found.out_migrants)) <= off).all()
    assert (np.abs(np.nansum(found.mean, axis=1) - np.nan_to_num(found.in_migrants)) <= off).all()
    margins = mongolia()[0]
    for year in (2020, 2021, 2022):  # printed margins that agree are kept
        at = margins.at(year)
        np.testing.assert_allclose(found.out_migrants[at], margins.out_migrants[at], rtol=1e-9)
        np.testing.assert_allclose(found.in_migrants[at], margins.in_migrants[at], rtol=1e-9)


def test_intervals_hold_each_other_and_the_median() -> None:
    found = estimate()
    order = [found.low95, found.low80, found.low50, found.median, found.high50, found.high80, found.high95]
    for lower, upper in pairwise(order):
        assert (np.nan_to_num(lower) <= np.nan_to_num(upper)).all()
    large = np.nan_to_num(found.mean) > 100
    ratio = found.high80[large] / found.low80[large]
    assert 1.5 < np.median(ratio) < 10  # deterrence of other countries leaves much open
    # ... but what the capital gets from an aimag is nearly its whole out-margin, and so is known well
    capital = found.mean[39, :, 0] > 500
    assert np.median(found.high80[39, capital, 0] / found.low80[39, capital, 0]) < 1.5


def test_a_place_that_was_not_counted_has_no_cells() -> None:
    found = estimate()
    place = found.places.index("MN42")
    absent = np.array(found.years) <= 1990
    others = [i for i in range(22) if i != place]
    assert np.isnan(found.mean[absent][:, place, others]).all()
    assert np.isnan(found.mean[absent][:, others, place]).all()
    assert np.isfinite(found.mean[~absent]).all()
    assert (np.diagonal(found.mean, axis1=1, axis2=2) == 0).all()
    frame = found.to_frame()
    assert frame.height == 8 * 21 * 20 + 32 * 22 * 21
    assert set(frame["quality"]) == {"estimated"}
    assert frame.filter(pl.col("origin") == pl.col("destination")).is_empty()
    one = frame.filter(pl.col("year") == 2022, pl.col("origin") == "MN41", pl.col("destination") == "MN11")
    tuv, capital = found.places.index("MN41"), found.places.index("MN11")
    assert one["migrants"].item() == found.mean[39, tuv, capital]
    assert one["low80"].item() < one["median"].item() < one["high80"].item()


def test_national_totals_show_both_counts() -> None:
    row = estimate().totals_frame().filter(pl.col("year") == 1993).row(0, named=True)
    assert (row["in_migrants"], row["out_migrants"]) == (38_751, 73_146)
    assert row["total"] == pytest.approx(np.sqrt(38_751 * 73_146))
    assert row["low95"] < row["low80"] < row["total"] < row["high80"] < row["high95"]
    assert row["quality"] == "estimated"
    notes = estimate().notes_frame()
    assert notes.filter(pl.col("caveat") == "dornod_1995_1996").height == 4
    assert "MN83" in notes.filter(pl.col("caveat") == "moves_abroad")["place"]


def test_sums_over_years_have_intervals_of_their_own() -> None:
    found = estimate()
    frame = found.period_frame(2018, 2022)
    assert frame.height == 22 * 21
    years = found.to_frame().filter(pl.col("year").is_between(2018, 2022))
    assert frame["migrants"].sum() == pytest.approx(years["migrants"].sum())
    pair = (pl.col("origin") == "MN84") & (pl.col("destination") == "MN83")
    summed = years.filter(pair)["high80"].sum() - years.filter(pair)["low80"].sum()
    width = (frame.filter(pair)["high80"] - frame.filter(pair)["low80"]).item()
    # what a pair strays by lasts, so that the sum's interval is not much narrower than the intervals' sum
    assert 0.6 * summed < width <= summed
    bare = replace(found, tables=None)
    with pytest.raises(ModelError, match="not at hand") as caught:
        bare.period_frame(2018, 2022)
    assert caught.value.code == "MODEL-323"


def test_the_same_seed_gives_the_same_figures() -> None:
    again = estimate.__wrapped__(1)
    np.testing.assert_array_equal(again.mean, estimate().mean)
    np.testing.assert_array_equal(again.high95, estimate().high95)
    assert not np.array_equal(estimate(2).mean, estimate().mean)


def test_margins_say_nothing_on_deterrence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With other margins, or a single year, the draws of the decay are the very same numbers."""
    margins, km, borders, _ = mongolia()
    learnt = deterrence()
    drawn: list[np.ndarray] = []
    draw = CountryPrior.draw

    def watched(prior: CountryPrior, draws: int, random: np.random.Generator) -> np.ndarray:
        drawn.append(draw(prior, draws, random))
        return drawn[-1]

    monkeypatch.setattr(CountryPrior, "draw", watched)
    tail = slice(37, 40)
    recent = replace(
        margins,
        years=margins.years[tail],
        in_migrants=margins.in_migrants[tail],
        out_migrants=margins.out_migrants[tail],
        population=margins.population[tail],
    )
    turned = replace(recent, in_migrants=recent.out_migrants, out_migrants=recent.in_migrants)
    for one in (recent, turned):
        estimate_tables(one, km, borders, learnt, draws=20, seed=9)
    assert len(drawn) == 4
    np.testing.assert_array_equal(drawn[0], drawn[2])
    np.testing.assert_array_equal(drawn[1], drawn[3])


def test_any_decay_meets_the_margins() -> None:
    """Why margins identify no decay: every table of any decay has exactly the same margins."""
    margins, km, borders, _ = mongolia()
    at = margins.at(2022)
    rows, columns = (side[None, at] for side in (margins.out_migrants, margins.in_migrants))
    learnt = deterrence()
    where = geography(margins.places, km, borders, rows[0], columns[0])
    tables = []
    for factor in (0.0, 1.0, 3.0):
        means = learnt.coefficients.means * factor
        prior = replace(learnt.coefficients, means=means)
        changed = replace(learnt, coefficients=prior)
        seeds = draw_seeds(where, changed, rows, columns, np.random.default_rng(1))
        tables.append(draw_year(seeds, rows, columns, np.random.default_rng(2))[0])
    for table in tables:
        np.testing.assert_allclose(table.sum(axis=1), rows[0], rtol=1e-3)
        np.testing.assert_allclose(table.sum(axis=0), columns[0], rtol=1e-3)
    assert np.abs(tables[0] - tables[2]).max() > 100


def test_bad_requests() -> None:
    margins, km, borders, _ = mongolia()
    with pytest.raises(ModelError, match="too few") as caught:
        estimate_tables(margins, km, borders, deterrence(), draws=5, seed=1)
    assert caught.value.code == "MODEL-324"
    with pytest.raises(ModelError, match="places do not fit") as caught:
        estimate_tables(margins, km[:5, :5], None, deterrence(), seed=1)
    assert caught.value.code == "MODEL-301"
