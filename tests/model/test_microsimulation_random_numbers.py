"""Random numbers by who, when and what for: known answers, and no pattern along any part of the key."""

import numpy as np
import pytest
from scipy import stats

from nuudel.model.microsimulation.random_numbers import LATER, NEWBORN_NUMBER, draw_words, key

N = 200_000


def draw(seed: int, purpose: int, low: np.ndarray, high: np.ndarray | None = None) -> np.ndarray:
    """2 x n words."""
    low = np.asarray(low, np.uint32)
    high = np.zeros_like(low) if high is None else np.asarray(high, np.uint32)
    first, second = np.empty((2, low.size), np.uint32)
    draw_words(np.uint32(seed), np.uint32(purpose), low, high, first, second)
    return np.stack([first, second])


@pytest.mark.parametrize(
    ("counter", "keys", "answer"),
    [
        ((0, 0), (0, 0), (0x9D1C5EC6, 0x8BD50731)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0xFD36D048, 0x2D17272C)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xBA3E4725, 0xF27D669E)),
    ],
)
def test_the_known_answers_of_random123_for_threefry_2x32_with_13_rounds(counter, keys, answer):
    found = draw(*keys, *([word] for word in counter))
    assert found[:, 0].tolist() == list(answer)


def test_words_of_consecutive_people_are_uniform():
    for words in draw(7, key(2024), np.arange(N)):
        for shift in (0, 8, 16, 24):
            counts = np.bincount((words >> np.uint32(shift)) & 0xFF, minlength=256)
            assert 1e-4 < stats.chisquare(counts).pvalue < 1 - 1e-4


def test_neighbours_in_person_year_purpose_and_seed_are_uncorrelated():
    people = np.arange(N)
    base = draw(7, key(2024), people).astype(float)
    others = {
        "second word": base[::-1],
        "next person": draw(7, key(2024), people + 1),
        "next year": draw(7, key(2025), people),
        "next purpose": draw(7, key(2024) + 1, people),
        "next seed": draw(8, key(2024), people),
        "later": draw(7, key(2024), people, np.full(N, LATER)),
    }
    for name, words in others.items():
        for k in range(2):
            assert abs(np.corrcoef(base[k], words[k].astype(float))[0, 1]) < 5 / np.sqrt(N), name


def test_pairs_of_years_fill_the_square():
    one, two = draw(3, key(2030), np.arange(N))[0], draw(3, key(2031), np.arange(N))[0]
    cells = np.bincount((one >> np.uint32(28)) * 16 + (two >> np.uint32(28)), minlength=256)
    assert 1e-4 < stats.chisquare(cells).pvalue < 1 - 1e-4


def test_one_changed_bit_changes_half_of_the_bits():
    people = np.arange(2000)
    base = draw(1, key(2024), people)
    for bit in range(32):
        changed = draw(1, key(2024), people ^ (1 << bit))
        share = np.unpackbits((base ^ changed).view(np.uint8)).mean()
        assert share == pytest.approx(0.5, abs=0.01)


def test_numbers_of_newborns_do_not_meet():
    found = [draw(1, key(year) + NEWBORN_NUMBER, np.arange(N)) for year in range(2024, 2029)]
    low, high = np.concatenate(found, axis=1).astype(np.uint64)
    assert np.unique((high << np.uint64(32)) | low).size == 5 * N
