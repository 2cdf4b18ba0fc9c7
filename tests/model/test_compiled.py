"""Loops are compiled also where no folder can keep them."""

import numba
import numpy as np
import pytest

from nuudel.model.compiled import compiled


def add(values: np.ndarray) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def test_without_a_folder_to_keep_it_a_loop_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    njit = numba.njit

    def refuse(*, cache: bool = False, **options: object) -> object:
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function 'add': no locator available")
        return njit(**options)

    monkeypatch.setattr(numba, "njit", refuse)
    assert compiled()(add)(np.array([1.0, 2.5])) == 3.5
    assert asked == [True, False]
