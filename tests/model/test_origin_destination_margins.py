"""Margins that disagree: totals, gaps, doubtful figures, and places that leave no room."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.origin_destination.ipf import overfull
from nuudel.model.origin_destination.margins import DOUBTFUL, draw_margins
from nuudel.statistics.internal_migration import InternalMigration
from nuudel.statistics.reconciliation.margins import reconcile_margins

from .origin_destination_data import mongolia

DRAWS = 400


def internal(departures: object, arrivals: object) -> InternalMigration:
    out, arrived = np.array(departures, dtype=float), np.array(arrivals, dtype=float)
    years = np.arange(2000, 2000 + len(out))
    places = tuple("abcdefg"[: out.shape[1]])
    return InternalMigration(years, places, arrived, out, np.full(len(out), np.nan))


def alike(years: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Five places whose totals agree in all years."""
    out = np.tile([40.0, 30, 20, 10, 50], (years, 1))
    return out, out[:, ::-1].copy()


def test_margins_that_agree_are_taken_as_printed() -> None:
    out, arrived = alike()
    drawn = draw_margins(internal(out, arrived), (), DRAWS, np.random.default_rng(1))
    assert drawn.national is None
    np.testing.assert_allclose(drawn.rows, np.broadcast_to(out, drawn.rows.shape))
    np.testing.assert_allclose(drawn.columns, np.broadcast_to(arrived, drawn.columns.shape))
    assert drawn.notes == ()


def test_totals_follow_the_reconciliation_of_the_statistics_room() -> None:
    margins, _, _, caveats = mongolia()
    drawn = draw_margins(margins, caveats, 4000, np.random.default_rng(2))
    np.testing.assert_allclose(drawn.rows.sum(axis=2), drawn.columns.sum(axis=2))
    out, arrived = drawn.printed
    at = margins.at(1993)
    assert (arrived[at], out[at]) == (38_751, 73_146)
    expected = reconcile_margins(margins.years, arrived, out)
    low, high = np.quantile(drawn.rows.sum(axis=2), [0.1, 0.9], axis=0)
    unbalanced = ~expected.balanced
    np.testing.assert_allclose(low[unbalanced], expected.low80[unbalanced], rtol=0.02)
    np.testing.assert_allclose(high[unbalanced], expected.high80[unbalanced], rtol=0.02)
    for year in (2020, 2021, 2022):
        np.testing.assert_allclose(drawn.rows[0, margins.at(year)], margins.out_migrants[margins.at(year)])
    assert not overfull(drawn.rows, drawn.columns).any()


def test_govisumber_is_left_out_until_1990_and_its_departures_of_2006_are_filled() -> None:
    margins, _, _, caveats = mongolia()
    drawn = draw_margins(margins, caveats, DRAWS, np.random.default_rng(3))
    place = margins.column("MN42")
    assert not drawn.counted[margins.years <= 1990, place].any()
    assert drawn.counted[margins.years > 1990].all()
    assert (drawn.rows[:, margins.years <= 1990, place] == 0).all()
    # 629 left the year before and 587 the year after: their geometric mean
    middle = np.median(drawn.rows[:, margins.at(2006), place])
    assert middle == pytest.approx(np.sqrt(629 * 587), rel=0.25)
    filled = [note for note in drawn.notes if note.treatment == "filled"]
    assert [(note.year, note.place, note.side) for note in filled] == [(2006, "MN42", "out_migrants")]
    spread = np.log(drawn.rows[:, margins.at(2006), place]).std()
    assert spread > 2 * np.log(drawn.rows[:, margins.at(2005), place]).std()


def test_doubtful_margins_get_a_wider_error_and_the_ban_a_note() -> None:
    margins, _, _, caveats = mongolia()
    drawn = draw_margins(margins, caveats, 4000, np.random.default_rng(4))
    at, dornod, khentii = margins.at(1995), margins.column("MN21"), margins.column("MN23")
    wide = np.log(drawn.columns[:, at, dornod] / drawn.columns[:, at].sum(axis=1)).std()
    usual = np.log(drawn.columns[:, at, khentii] / drawn.columns[:, at].sum(axis=1)).std()
    assert wide / usual == pytest.approx(DOUBTFUL, rel=0.15)
    registered = {
        (n.year, n.place, n.side) for n in drawn.notes if n.caveat == "capital_refused_registration"
    }
    assert registered == {(year, "MN11", "in_migrants") for year in (2017, 2018, 2019)}
    assert {n.treatment for n in drawn.notes} == {"left out", "filled", "wider error", "as registered"}
    without = draw_margins(margins, (), DRAWS, np.random.default_rng(4))
    assert {n.treatment for n in without.notes} == {"left out", "filled"}


def test_a_caveat_on_all_places_is_told_by_the_totals() -> None:
    out, arrived = alike()
    text = {"en": "Doubtful."}
    everywhere = Caveat("all", Effect.DOUBTFUL, text, columns=("in_migrants",), years=(2000, 2001))
    single = Caveat("one", Effect.DOUBTFUL, text, columns=("in_migrants",), places=("a",), years=(2000, 2000))
    noted = draw_margins(internal(out, arrived), (everywhere, single), DRAWS, np.random.default_rng(5)).notes
    assert [(note.year, note.place, note.side, note.caveat) for note in noted] == [
        (2000, "a", "in_migrants", "one")
    ]


def test_draws_without_a_table_are_drawn_again() -> None:
    # Place a has 45 + 48 per cent of all moves: with errors of 10 per cent many draws pass 100.
    out = np.tile([45.0, 20, 15, 10, 10], (6, 1)) * np.array([1.2, 1.0, 1.3, 0.9, 1.1, 1.0])[:, None]
    arrived = np.tile([48.0, 22, 10, 10, 10], (6, 1))
    drawn = draw_margins(internal(out, arrived), (), DRAWS, np.random.default_rng(6))
    assert not overfull(drawn.rows, drawn.columns).any()
    np.testing.assert_allclose(drawn.rows.sum(axis=2), drawn.columns.sum(axis=2))


@pytest.mark.parametrize(
    ("code", "row", "words"),
    [
        ("MODEL-321", [600.0, 30, 20, 10, 50], "in 2002 no table has these margins: a has 12[0-9]%"),
        ("MODEL-322", [-1.0, 30, 20, 10, 50], "negative"),
        ("MODEL-322", [0.0] * 5, "nobody moved"),
    ],
)
def test_bad_margins(code: str, row: list[float], words: str) -> None:
    out, arrived = alike()
    out[2] = row
    if code == "MODEL-321":
        arrived[2] = [300.0, 110, 100, 100, 100]
    with pytest.raises(ModelError, match=words) as caught:
        draw_margins(internal(out, arrived), (), DRAWS, np.random.default_rng(7))
    assert caught.value.code == code


def test_a_place_without_any_margin_on_one_side() -> None:
    out, arrived = alike()
    out[:, 0] = np.nan
    with pytest.raises(ModelError, match="a has no out_migrants in any year") as caught:
        draw_margins(internal(out, arrived), (), DRAWS, np.random.default_rng(8))
    assert caught.value.code == "MODEL-322"
