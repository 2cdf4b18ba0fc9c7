"""The synthetic population: the same for a seed, exact in size, believable in families, and marked."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import PeopleError
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import birth_date_of, is_registration_number, sex_of
from nuudel.people.synthetic import DAY, Population, persons

SIZE, HOUSEHOLDS = 40_000, 10_600
PLACES = {"MN1101": 3.0, "MN18101": 1.0, "MN18102": 0.0}


@pytest.fixture(scope="module")
def population() -> Population:
    return persons(SIZE, HOUSEHOLDS, 5, PLACES)


def ages(frame: pl.DataFrame) -> pl.Series:
    return frame.select((pl.lit(DAY) - pl.col("birth_date")).dt.total_days() / 365.2425).to_series()


def with_relative(population: Population, who: str) -> pl.DataFrame:
    rows = population.persons.with_row_index("row").with_columns(pl.col("row").cast(pl.Int32))
    return rows.filter(pl.col(who).is_not_null()).join(rows, left_on=who, right_on="row", suffix="_of")


def test_every_output_is_marked(population: Population) -> None:
    assert population.synthetic
    assert population.persons["synthetic"].all()
    assert population.households["synthetic"].all()


def test_the_same_seed_gives_the_same_population(population: Population) -> None:
    again = persons(SIZE, HOUSEHOLDS, 5, PLACES)
    assert again.persons.equals(population.persons)
    assert again.households.equals(population.households)
    assert not persons(SIZE, HOUSEHOLDS, 6, PLACES).persons.equals(population.persons)


def test_sizes_add_up(population: Population) -> None:
    assert (len(population.persons), len(population.households)) == (SIZE, HOUSEHOLDS)
    counted = population.persons.group_by("household").len().sort("household")
    assert counted["household"].to_list() == list(range(HOUSEHOLDS))
    assert counted["len"].to_list() == population.households["persons"].to_list()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.data())
def test_any_size_is_met_exactly(households: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(households, 8 * households))
    drawn = persons(wanted, households, data.draw(st.integers(0, 99)))
    assert len(drawn.persons) == wanted
    assert drawn.households["persons"].sum() == wanted
    assert drawn.households["persons"].min() >= 1
    assert drawn.persons["number"].n_unique() == wanted


def test_it_has_the_look_of_mongolia(population: Population) -> None:
    age = ages(population.persons)
    assert 0.29 < (age < 15).mean() < 0.36
    assert 0.03 < (age >= 65).mean() < 0.07
    assert 0.50 < (population.persons["sex"] == "female").mean() < 0.525
    alone = (population.households["persons"] == 1).mean()
    assert 0.08 < alone < 0.16


def test_nobody_is_born_later_or_older_than_anyone(population: Population) -> None:
    assert population.persons["birth_date"].max() <= DAY
    assert ages(population.persons).max() < 106


def test_each_household_has_one_head_and_at_most_one_spouse(population: Population) -> None:
    roles = population.persons.group_by("household").agg(
        (pl.col("role") == "head").sum().alias("heads"), (pl.col("role") == "spouse").sum().alias("spouses")
    )
    assert (roles["heads"] == 1).all()
    assert roles["spouses"].max() == 1
    assert population.persons["role"].is_in(["head", "spouse", "child", "parent"]).all()


def test_heads_are_grown_up(population: Population) -> None:
    assert ages(population.persons.filter(pl.col("role") == "head")).min() > 16.9


@pytest.mark.parametrize(("who", "sex", "most"), [("mother", "female", 47.0), ("father", "male", 62.0)])
def test_parents_are_of_an_age_for_it(population: Population, who: str, sex: str, most: float) -> None:
    found = with_relative(population, who)
    years = found.select(
        (pl.col("birth_date") - pl.col("birth_date_of")).dt.total_days() / 365.2425
    ).to_series()
    assert years.min() > 15.9
    assert years.max() < most
    assert (found["sex_of"] == sex).all()
    assert (found["household"] == found["household_of"]).all()


def test_children_have_a_parent_and_their_father_s_name(population: Population) -> None:
    children = population.persons.filter(pl.col("role") == "child")
    assert (children["mother"].is_not_null() | children["father"].is_not_null()).all()
    found = with_relative(population, "father")
    assert (found["patronymic"] == found["given_name_of"]).all()
    assert (found["family_name"] == found["family_name_of"]).all()


def test_brothers_and_sisters_are_twins_or_months_apart(population: Population) -> None:
    births = population.persons.filter(pl.col("role") == "child").sort("household", "birth_date")
    gaps = (
        births.select(pl.col("birth_date").diff().dt.total_days().over("household")).to_series().drop_nulls()
    )
    twins = (gaps == 0).sum()
    assert ((gaps == 0) | (gaps >= 300)).all()
    assert 0.004 < twins / len(gaps) < 0.03


def test_numbers_are_unique_and_tell_birth_and_sex(population: Population) -> None:
    frame = population.persons
    assert frame["number"].n_unique() == SIZE
    for number, born, sex in frame.select("number", "birth_date", "sex").head(3000).iter_rows():
        assert is_registration_number(number, DAY)
        assert (birth_date_of(number), sex_of(number)) == (born, sex)


def test_dates_before_1960_are_partly_years_only(population: Population) -> None:
    old = population.persons.filter(pl.col("birth_date") < date(1960, 1, 1))
    assert 0.3 < old["birth_estimated"].mean() < 0.5
    stated = old.filter("birth_estimated").select(pl.col("birth_date").dt.strftime("%m-%d")).to_series()
    assert set(stated) == {"01-01", "07-01"}
    later = population.persons.filter(pl.col("birth_date") >= date(1960, 1, 1))
    assert not later["birth_estimated"].any()


def test_names_are_many_and_skewed(population: Population) -> None:
    given = population.persons["given_name"]
    assert given.n_unique() > 9_000
    counts = given.value_counts(sort=True)
    assert counts["given_name"][0] == "Бат-Эрдэнэ"
    assert 0.003 < counts["count"][0] / SIZE < 0.007
    assert all(skeleton(name) for name in given.unique().to_list()[:2000])


def test_places_have_their_shares_and_baghs(population: Population) -> None:
    shares = population.households["place"].value_counts()
    counts = dict(shares.iter_rows())
    assert counts == {"MN1101": 7950, "MN18101": 2650}  # three quarters and one quarter of 10 600
    baghs = population.households.group_by("place").agg(pl.col("bagh").cast(pl.Int32).max())
    assert dict(baghs.iter_rows()) == {"MN1101": 33, "MN18101": 11}  # one for 900 persons
    joined = population.persons.join(
        population.households.with_row_index("household").cast({"household": pl.Int32}), on="household"
    )
    assert (joined["place"] == joined["place_right"]).all()
    assert (joined["bagh"] == joined["bagh_right"]).all()


@pytest.mark.parametrize(("count", "households"), [(0, 0), (1, 0), (5, 6), (81, 10), (-1, 1)])
def test_sizes_that_do_not_fit(count: int, households: int) -> None:
    with pytest.raises(PeopleError) as refused:
        persons(count, households, 1)
    assert refused.value.code == "PEOPLE-141"


@pytest.mark.parametrize(
    "places", [{}, {"MN": 0.0}, {"MN": -1.0}, {"MN": float("nan")}, {"MN": float("inf")}]
)
def test_places_without_weight(places: dict[str, float]) -> None:
    with pytest.raises(PeopleError) as refused:
        persons(10, 3, 1, places)
    assert refused.value.code == "PEOPLE-142"
