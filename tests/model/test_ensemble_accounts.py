"""The ensembles do the arithmetic of the accounts, for every draw."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.model.projection import ensemble
from nuudel.model.projection.accounts import account
from nuudel.model.projection.ensemble import AGE_GROUPS, project, project_chunks
from nuudel.model.projection.inputs import AGES, Feedback, Paths
from nuudel.model.projection.result import FLOWS

from .projection_cases import case, departures

# Sums of some ten thousand terms in double precision, and thirty years of them in single precision.
DOUBLE, SINGLE = 1e-10, 1e-5


def expected(start, rates, paths, feedback, groups=AGE_GROUPS):
    """The same sums from the accounts, draw by draw."""
    rows = []
    for d in range(paths.draws):
        full = account(start, rates, paths.draw(d), feedback)
        sums = {name: getattr(full, name).sum(axis=(2, 3)) for name in FLOWS[2:]}
        sums["births"] = full.births.sum(axis=2)
        sums["deaths"] = full.deaths.sum(axis=(2, 3)) + full.newborn_deaths.sum(axis=2)
        sums["persons"] = full.persons.sum(axis=(2, 3))
        weights = np.array(list(groups.values())).reshape(-1, 2, AGES)
        sums["grouped"] = np.einsum("trsa,gsa->tgr", full.persons, weights)
        sums["pyramid"] = full.persons.sum(axis=1)
        sums["pressure"] = full.pressure
        rows.append(sums)
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def assert_agree(found, wanted, tolerance):
    for name, values in wanted.items():
        # A pressure is a logarithm: its error is that of the persons, not of its own size.
        size = 1.0 if name == "pressure" else np.maximum(np.abs(values), 1e-3 * np.abs(values).max())
        assert getattr(found, name).shape == values.shape, name
        assert (np.abs(getattr(found, name) - values) / size).max(initial=0) < tolerance, name


@pytest.mark.parametrize(("precision", "tolerance"), [("double", DOUBLE), ("single", SINGLE)])
def test_every_sum_of_every_draw_is_that_of_the_accounts(precision, tolerance):
    start, rates, feedback = case(places=22, years=30)
    paths = departures(rates, feedback, 11)
    found = project(start, rates, paths, feedback, precision=precision)
    assert found.persons.dtype == {"double": np.float64, "single": np.float32}[precision]
    assert_agree(found, expected(start, rates, paths, feedback), tolerance)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(2, 1, 1, 0, 1), (3, 2, 3, 1, 9)]), st.integers(0, 999))
def test_of_any_size_and_with_rates_at_their_limits(sizes, seed):
    places, years, corridors, capacities, draws = sizes
    start, rates, feedback = case(places, years, corridors, seed)
    feedback = Feedback(
        feedback.names[:capacities],
        feedback.users[:capacities],
        feedback.capacity[:, :capacities],
        feedback.pull[:capacities],
        feedback.push[:capacities],
    )
    # Some die, emigrate and leave at more than the highest probability.
    rates = replace(rates, dying_level=rates.dying_level * 2, emigrating_level=rates.emigrating_level * 100)
    rates = replace(rates, leaving_level=rates.leaving_level * 30)
    paths = departures(rates, feedback, draws, seed)
    found = project(start, rates, paths, feedback, precision="double")
    assert_agree(found, expected(start, rates, paths, feedback), DOUBLE)


def test_sizes_that_look_like_sexes_and_ages_are_not_taken_for_them():
    start, rates, feedback = case(places=AGES, years=2, corridors=2)
    paths = departures(rates, feedback, 2)
    found = project(start, rates, paths, feedback, precision="double")
    assert_agree(found, expected(start, rates, paths, feedback), DOUBLE)


def test_in_double_precision_every_account_closes_and_internal_moves_sum_to_zero():
    start, rates, feedback = case(places=22, years=30)
    found = project(start, rates, departures(rates, feedback, 9), feedback, precision="double")
    people = found.persons.sum(axis=2).max()
    assert found.imbalance() < 1e-14 * people
    assert np.abs(found.country("net_internal")).max() < 1e-14 * people
    assert found.grouped[:, :, found.groups.index("all")] == pytest.approx(found.persons, rel=1e-13)
    assert found.pyramid.sum(axis=(2, 3)) == pytest.approx(found.persons.sum(axis=2), rel=1e-13)


def test_nobody_is_lost_where_no_corridor_is_open():
    start, rates, feedback = case()
    rates = replace(rates, emigrating_level=np.zeros((5, 2)), immigrants=np.zeros((5, 2)))
    found = project(start, rates, Paths.none(rates, feedback), feedback, precision="double")
    assert not found.emigrants.any()
    assert not found.immigrants.any()
    assert found.imbalance() < 1e-9


def test_a_single_path_is_one_draw():
    start, rates, feedback = case()
    paths = departures(rates, feedback, 3)
    one, three = (project(start, rates, p, feedback, precision="double") for p in (paths.draw(1), paths))
    assert one.draws == 1
    assert one.persons[0] == pytest.approx(three.persons[1], rel=1e-13)


def test_without_ages_and_groups_the_rest_is_the_same():
    start, rates, feedback = case()
    paths = departures(rates, feedback, 3)
    less = project(start, rates, paths, feedback, groups={}, ages=False)
    more = project(start, rates, paths, feedback)
    assert less.pyramid is None
    assert less.grouped.shape == (3, 6, 0, 4)
    assert less.persons == pytest.approx(more.persons, rel=1e-6)


def test_the_figures_do_not_depend_on_the_number_of_threads(monkeypatch):
    start, rates, feedback = case(places=6)
    paths = departures(rates, feedback, 37)
    together = project(start, rates, paths, feedback)
    monkeypatch.setattr(ensemble, "threads", lambda chunks, cores=None: 1)
    alone = project(start, rates, paths, feedback)
    for name in ("persons", "grouped", "pressure", "pyramid", *FLOWS):
        assert np.array_equal(getattr(together, name), getattr(alone, name)), name


def test_the_size_of_a_chunk_changes_only_the_rounding():
    start, rates, feedback = case(places=6)
    paths = departures(rates, feedback, 7)
    arguments = (start, rates, paths, feedback, AGE_GROUPS, "double", True, "synthetic")
    ones, fives = (project_chunks(*arguments, chunk) for chunk in (1, 5))
    assert ones.persons == pytest.approx(fives.persons, rel=1e-13)


def test_the_precision_of_a_projection_leaves_that_of_the_process_alone():
    import jax.numpy as jnp

    start, rates, feedback = case()
    project(start, rates, Paths.none(rates, feedback), feedback, precision="double")
    assert jnp.zeros(1).dtype == np.float32
