"""Proportional fitting of tables with many axes, and populations on disk."""

import json
from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.bench.projection_case import case
from nuudel.model.microsimulation.joint_table import Margin, fit_joint, margin_of, start_from_tables
from nuudel.model.microsimulation.population_file import KEY, read_population, write_population
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.origin_destination.ipf import iterative_proportional_fitting

START = case(places=3)[0]
RANDOM = np.random.default_rng(1)


def test_two_axes_are_the_classical_procedure():
    seed = RANDOM.uniform(0.1, 1, (4, 5))
    rows, columns = RANDOM.uniform(1, 9, 4), RANDOM.uniform(1, 9, 5)
    columns *= rows.sum() / columns.sum()
    found = fit_joint(seed, ("a", "b"), [Margin(("a",), rows), Margin(("b",), columns)])
    assert found == pytest.approx(iterative_proportional_fitting(seed, rows, columns).table, rel=1e-7)


def test_from_a_flat_pattern_the_margins_are_multiplied():
    """By hand: 60 and 40 in rows, 30 and 70 in columns."""
    found = fit_joint(
        np.ones((2, 2)),
        ("a", "b"),
        [Margin(("a",), np.array([60.0, 40])), Margin(("b",), np.array([30.0, 70]))],
    )
    assert found == pytest.approx(np.array([[18, 42], [12, 28]]))


def test_three_axes_in_any_order_with_groups_keep_the_odds_of_the_pattern():
    axes = ("place", "sex", "age")
    truth = RANDOM.uniform(1, 5, (3, 2, 6))
    groups = np.array([0, 0, 1, 1, 1, 2])
    by_group = np.stack([truth[..., groups == g].sum(axis=2) for g in range(3)], axis=2)
    margins = [
        Margin(("age", "place"), by_group.sum(axis=1).T, {"age": groups}),
        Margin(("place", "sex"), truth.sum(axis=2)),
    ]
    pattern = RANDOM.uniform(1, 5, (3, 2, 6))
    found = fit_joint(pattern, axes, margins)
    for margin in margins:
        assert margin_of(found, axes, margin) == pytest.approx(margin.counts)
    # Within an age group of a place the proportions of the pattern stay.
    assert found[1, 0, 2] / found[1, 0, 3] == pytest.approx(pattern[1, 0, 2] / pattern[1, 0, 3])


def test_a_start_from_five_year_ages_and_sexes_of_places():
    country = START.persons.sum(axis=0)
    groups = np.minimum(np.arange(101) // 5, 14)
    ages = np.stack([START.persons[..., groups == g].sum(axis=(1, 2)) for g in range(15)], axis=1)
    margins = [
        Margin(("place", "age"), ages, {"age": groups}),
        Margin(("place", "sex"), START.persons.sum(axis=2)),
    ]
    found = start_from_tables(2024, START.places, margins, country)
    assert found.quality == "estimated"
    assert found.persons.sum(axis=2) == pytest.approx(START.persons.sum(axis=2))
    error = np.abs(found.persons - START.persons).sum() / START.persons.sum()
    assert error < 0.12
    flat = start_from_tables(2024, START.places, margins)
    assert flat.persons[0, 0, 20] == pytest.approx(flat.persons[0, 0, 24])
    assert error < np.abs(flat.persons - START.persons).sum() / START.persons.sum()


@pytest.mark.parametrize(
    ("margins", "code"),
    [
        ([Margin(("a",), np.ones(3))], "MODEL-711"),
        ([Margin(("c",), np.ones(2))], "MODEL-711"),
        ([Margin(("a",), np.array([1.0, -1]))], "MODEL-711"),
        ([Margin(("a",), np.array([1.0, 1])), Margin(("b",), np.array([1.0, 2]))], "MODEL-712"),
        ([Margin(("a",), np.array([3.0, 1])), Margin(("b",), np.array([2.0, 2]))], "MODEL-713"),
    ],
)
def test_tables_that_cannot_be_are_refused(margins, code):
    # Only the first column has people of the second row: it cannot have one in each column.
    pattern = np.array([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(ModelError) as refused:
        fit_joint(pattern, ("a", "b"), margins)
    assert refused.value.code == code


def population(tmp_path):
    found = synthesize(START, fraction=0.05, seed=8, sources=("a census of nobody",))
    path = tmp_path / "people.parquet"
    write_population(found, path)
    return found, path


def test_a_population_is_kept_with_what_it_is(tmp_path):
    found, path = population(tmp_path)
    read = read_population(path)
    for field in fields(found):
        one, two = getattr(found, field.name), getattr(read, field.name)
        assert np.array_equal(one, two), field.name
        assert type(one) is type(two)
    about = json.loads(pl.read_parquet_metadata(path)[KEY])
    assert about["quality"] == "synthetic"
    assert about["fraction"] == 0.05
    assert about["seed"] == 8
    assert about["sources"] == ["a census of nobody"]


def test_education_is_kept(tmp_path):
    half = START.persons.sum(axis=(1, 2))[:, None] * np.array([[0.5, 0.5]])
    found = synthesize(
        START, fraction=0.05, education=[Margin(("place", "education"), half)], levels=("none", "school")
    )
    write_population(found, tmp_path / "e.parquet")
    assert np.array_equal(read_population(tmp_path / "e.parquet").education, found.education)


def refused(path, code, message):
    with pytest.raises(ModelError, match=message) as error:
        read_population(path)
    assert error.value.code == code


def test_what_is_no_population_is_refused(tmp_path):
    found, path = population(tmp_path)
    refused(tmp_path / "nothing.parquet", "MODEL-722", "missing")
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(path.read_bytes()[:-200])
    refused(damaged, "MODEL-722", "damaged")
    text = tmp_path / "text.parquet"
    text.write_text("place,sex\n")
    refused(text, "MODEL-722", "no Parquet")
    foreign = tmp_path / "foreign.parquet"
    found.to_frame().write_parquet(foreign)
    refused(foreign, "MODEL-723", "nothing in it says")
    real = tmp_path / "real.parquet"
    about = json.loads(pl.read_parquet_metadata(path)[KEY]) | {"quality": "observed"}
    found.to_frame().write_parquet(real, metadata={KEY: json.dumps(about)})
    refused(real, "MODEL-723", "does not say that its individuals are synthetic")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.head(10), "number of rows"),
        (lambda frame: frame.drop("household"), "columns"),
        (lambda frame: frame.with_columns(pl.lit(120).cast(pl.UInt8).alias("age")), "above 100"),
        (lambda frame: frame.with_columns(pl.lit("MN999").alias("place")), "another kind"),
        (lambda frame: frame.with_columns(pl.lit(4_000_000_000).cast(pl.UInt32).alias("household")), "range"),
        (lambda frame: frame.with_columns(pl.lit(None, pl.UInt8).alias("age")), "missing"),
    ],
)
def test_a_changed_file_is_refused(tmp_path, change, message):
    found, path = population(tmp_path)
    metadata = {KEY: pl.read_parquet_metadata(path)[KEY]}
    change(found.to_frame()).write_parquet(path, metadata=metadata)
    refused(path, "MODEL-724", message)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    found, _ = population(tmp_path)
    with pytest.raises(ModelError, match="MODEL-721"):
        write_population(replace(found), tmp_path / "nowhere" / "people.parquet")
