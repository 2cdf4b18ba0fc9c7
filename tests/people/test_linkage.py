"""Linkage: what is proposed and what never is, by hand and on the labelled set."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from nuudel.base.errors import PeopleError
from nuudel.people.linkage.labelled import Labelled, labelled
from nuudel.people.linkage.linking import Linked, link
from nuudel.people.linkage.measuring import Measured, measured
from nuudel.people.linkage.records import prepared

SCHEMA = {
    "id": pl.String, "given_name": pl.String, "patronymic": pl.String, "birth_date": pl.Date,
    "sex": pl.String, "number": pl.String, "mother": pl.String,
}  # fmt: skip
BORN = date(1988, 3, 9)
PERSON = ("Энхтуяа", "Дорж", BORN, "female", "УБ88030926", "m1")


def records(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame([(f"p{i}", *row) for i, row in enumerate(rows)], schema=SCHEMA, orient="row")


def like(*row: Any, **changes: Any) -> tuple[Any, ...]:
    names = ("given_name", "patronymic", "birth_date", "sex", "number", "mother")
    return tuple((dict(zip(names, row or PERSON, strict=True)) | changes)[name] for name in names)


def agreeing(*rows: tuple[Any, ...], threshold: float = 0.9) -> list[list[str]]:
    return link(records(*rows), threshold=threshold).pairs["agreeing"].to_list()


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        (like(), ["birth_date", "given_name", "mother", "number", "patronymic", "sex"]),
        (
            like(given_name="Enkhtuya", patronymic="DORJ", number="уб 88030926", mother=None),
            ["birth_date", "given_name", "number", "patronymic", "sex"],
        ),
        (
            like(given_name="Дорж", patronymic="Энхтуяа", number=None, mother=None),
            ["birth_date", "names_swapped", "sex"],
        ),
        (
            like(birth_date=date(1988, 9, 3), number=None, mother=None),
            ["birth_date_swapped", "given_name", "patronymic", "sex"],
        ),
        (
            like(given_name="Энхтуа", number=None),
            ["birth_date", "given_name_nearly", "mother", "patronymic", "sex"],
        ),
        (
            like(birth_date=None, number="УВ88030926", mother=None),
            ["given_name", "number_nearly", "patronymic", "sex"],
        ),
        (
            like(given_name="Сарангэрэл", patronymic=None, mother=None),
            ["birth_date", "number", "sex"],  # a new name, and the same number
        ),
    ],
)
def test_pairs_that_are_proposed_and_what_agrees_in_them(other: tuple[Any, ...], codes: list[str]) -> None:
    assert agreeing(PERSON, other) == [codes]


@pytest.mark.parametrize(
    "other",
    [
        like(birth_date=None, number=None, mother=None),  # names and sex alone
        like(birth_date=date(1961, 11, 30), number=None, mother=None),
        like(birth_date=date(1988, 7, 23), number="УБ88072304", mother=None),  # a namesake of the year
        like(given_name="Мөнхзул", number="УБ88030947"),  # her twin
        like(given_name="Энхзул", number="УБ88030947"),  # a twin with a name that begins like hers
        like(given_name="Мөнхзул", number=None),
        like(given_name="Мөнхзул", birth_date=date(1986, 5, 1), number="УБ86050109"),  # a sister
        like(given_name="Дорж", patronymic="Энхтуяа", birth_date=date(2012, 1, 5), number=None, mother=None),
    ],
)
def test_pairs_that_are_never_proposed(other: tuple[Any, ...]) -> None:
    assert agreeing(PERSON, other, threshold=0.5) == []


def test_pairs_have_the_ids_of_the_records_in_their_order() -> None:
    strangers = [(f"{name}болд", "Гомбо", date(1970, 1, day), "male", None, None) for day, name in
                 enumerate(("Бат", "Ган", "Сүх", "Төмөр"), start=1)]  # fmt: skip
    found = link(records(strangers[0], PERSON, *strangers[1:], like(number=None)))
    assert found.pairs.select("first", "second").rows() == [("p1", "p5")]
    assert (found.records, found.unreadable_names, found.trained) == (6, 0, False)


def test_ids_keep_their_type_and_nothing_is_found_among_too_few() -> None:
    for count in (0, 1):
        found = link(records(*[PERSON] * count).with_columns(id=pl.Series(range(count), dtype=pl.Int64)))
        assert found.pairs.schema["first"] == pl.Int64
        assert (len(found.pairs), found.records) == (0, count)


def test_names_that_cannot_be_read_count_as_missing() -> None:
    frame = records(
        PERSON, like(given_name="巴特", patronymic="4", number="УБ88030926"), like(given_name="Бaт")
    )
    ready, unreadable = prepared(frame)
    assert unreadable == 3
    assert ready["given"].to_list() == ["enhtoia", None, None]
    assert ready["patronymic"].to_list() == ["dorj", None, "dorj"]
    assert link(frame).unreadable_names == 3


def test_columns_without_any_value_are_missing_values() -> None:
    empty = records(PERSON, PERSON).with_columns(
        mother=pl.lit(None), number=pl.lit(None), birth_date=pl.lit(None), patronymic=pl.lit(None)
    )
    assert len(link(empty, threshold=0.5).pairs) == 0
    sorts = records(PERSON, PERSON).with_columns(pl.col("sex", "given_name").cast(pl.Categorical))
    assert len(link(sorts).pairs) == 1


def test_a_number_without_the_form_is_none() -> None:
    ready, _ = prepared(records(like(number="n/a"), like(number=""), like(number=" уб-88030926")))
    assert ready["number"].to_list() == [None, None, "УБ88030926"]


def test_what_stands_for_unknown_is_missing() -> None:
    unknown = ("Нэргүй", "Үл мэдэгдэх", date(1900, 1, 1), "male", "АА00010100", "0")
    ready, _ = prepared(records(*[unknown] * 1001, PERSON, PERSON))
    emptied = ready.head(1001).select("given", "patronymic", "birth", "number", "mother")
    assert emptied.null_count().row(0) == (1001,) * 5
    assert ready.tail(2).null_count().sum_horizontal().item() == 0
    kept, _ = prepared(records(*[unknown] * 10))
    assert kept.null_count().sum_horizontal().item() == 0


def test_a_register_full_of_unknown_is_linked_all_the_same() -> None:
    unknown = ("Нэргүй", None, date(1900, 1, 1), "male", "АА00010100", "0")
    found = link(records(*[unknown] * 30_000, PERSON, like(number=None)), threshold=0.5)
    assert found.pairs.select("first", "second").rows() == [("p30000", "p30001")]


def test_records_of_nobody_are_not_all_one() -> None:
    nobody = (None, None, None, None, None, None)
    assert agreeing(nobody, nobody, nobody, threshold=0.5) == []


def test_text_of_an_attacker_is_text() -> None:
    quotes = like(mother="'; DROP TABLE records; --", number=None)
    assert agreeing(quotes, quotes) == [["birth_date", "given_name", "mother", "patronymic", "sex"]]


@pytest.mark.parametrize(
    ("frame", "code", "fields"),
    [
        (records(PERSON).drop("mother"), "PEOPLE-131", ("mother",)),
        (records(PERSON).with_columns(pl.col("birth_date").cast(pl.String)), "PEOPLE-131", ("birth_date",)),
        (records(PERSON).with_columns(number=pl.lit(5)), "PEOPLE-131", ("number",)),
        (records(PERSON, PERSON).with_columns(id=pl.lit("same")), "PEOPLE-132", ("id",)),
        (records(PERSON, PERSON).with_columns(id=pl.lit(None, pl.String)), "PEOPLE-132", ("id",)),
    ],
)
def test_records_that_cannot_be_linked(frame: pl.DataFrame, code: str, fields: tuple[str, ...]) -> None:
    with pytest.raises(PeopleError) as refused:
        link(frame)
    assert (refused.value.code, refused.value.fields) == (code, fields)
    assert "Энхтуяа" not in str(refused.value)


@pytest.mark.parametrize("threshold", [0.0, 0.49, 1.0, 2.0, float("nan")])
def test_thresholds_that_are_none(threshold: float) -> None:
    with pytest.raises(PeopleError) as refused:
        link(records(PERSON), threshold=threshold)
    assert refused.value.code == "PEOPLE-133"


# --- the labelled set ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given() -> Labelled:
    return labelled(12_000, 1)


@pytest.fixture(scope="module")
def found(given: Labelled) -> Linked:
    return link(given.records, threshold=0.5)


@pytest.fixture(scope="module")
def result(given: Labelled, found: Linked) -> Measured:
    return measured(given, found)


def test_the_register_is_learned_from(given: Labelled, found: Linked) -> None:
    assert found.trained
    assert found.records == len(given.records)
    assert found.unreadable_names == 0


def test_precision_and_recall_do_not_fall(result: Measured) -> None:
    at = {row["threshold"]: row for row in result.by_threshold.iter_rows(named=True)}
    assert at[0.9]["precision"] > 0.96
    assert at[0.9]["recall"] > 0.92
    assert at[0.999]["precision"] > 0.96
    assert at[0.999]["recall"] > 0.8


def test_recall_by_kind_of_error(result: Measured) -> None:
    recall = {
        (row["kind"], row["with_number"]): row["recall"] for row in result.by_kind.iter_rows(named=True)
    }
    assert all(share == 1 for (_, with_number), share in recall.items() if with_number)
    for kind in ("no_change", "latin_letters", "names_swapped", "no_patronymic", "day_and_month_swapped"):
        assert recall[kind, False] > 0.97
    for kind in ("wrong_letter", "typing_slip", "wrong_day_of_birth", "year_of_birth_only"):
        assert recall[kind, False] > 0.93
    assert recall["two_errors", False] > 0.55
    # What cannot be found: another given name and no number. Else twins would be proposed.
    assert recall["other_given_name", False] < 0.05


def test_who_looks_alike_is_not_proposed(result: Measured) -> None:
    share = {row["kind"]: row["proposed"] / row["pairs"] for row in result.alike.iter_rows(named=True)}
    assert share["siblings"] == 0
    assert share["named_after_grandfather"] < 0.01
    assert share["namesakes_of_one_year"] < 0.03
    assert share["twins"] < 0.03
    # Two persons of the same names born on one day are proposed: only people can tell them apart.
    assert share["namesakes_of_one_day"] == 1


def test_never_on_names_alone(found: Linked) -> None:
    beside = {
        "number",
        "number_nearly",
        "birth_date",
        "birth_date_swapped",
        "birth_date_nearly",
        "birth_year",
    }
    assert all(beside & set(codes) for codes in found.pairs["agreeing"].to_list())


def test_linking_again_finds_the_same(given: Labelled, found: Linked) -> None:
    assert link(given.records, threshold=0.5, threads=1).pairs.equals(found.pairs)


def test_pairs_come_the_most_probable_first_and_once(found: Linked) -> None:
    assert found.pairs["probability"].is_sorted(descending=True)
    assert found.pairs.select("first", "second").is_unique().all()
    assert (found.pairs["first"] < found.pairs["second"]).all()


def test_the_measure_by_hand() -> None:
    pairs = pl.DataFrame(
        {"first": [0, 2], "second": [1, 3], "kind": ["a", "b"], "with_number": [True, False]}
    )
    alike = pl.DataFrame({"first": [4], "second": [5], "kind": ["twins"]})
    proposed = {"first": [0, 4], "second": [1, 5], "probability": [0.95, 0.6], "agreeing": [["number"], []]}
    linked = Linked(pl.DataFrame(proposed), 6, 0, True)
    result = measured(Labelled(pl.DataFrame(), pairs, alike), linked, (0.5, 0.9, 0.99))
    assert result.by_threshold.rows() == [
        (0.5, 2, 1, 0.5, 0.5),
        (0.9, 1, 1, 1.0, 0.5),
        (0.99, 0, 0, 1.0, 0.0),
    ]
    assert result.by_kind.rows() == [("a", True, 1, 1.0), ("b", False, 1, 0.0)]
    assert result.alike.rows() == [("twins", 1, 1)]
