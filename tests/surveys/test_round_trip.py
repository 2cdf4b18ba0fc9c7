"""What is written as answers is read back the same, whatever the answers are."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import SurveyError
from nuudel.surveys.answers import Row, answers
from nuudel.surveys.definition import Branch, Question
from nuudel.surveys.submission import read_submission
from nuudel.surveys.values import GeoPoint
from nuudel.surveys.writing import write_submission

from .forms import everything

ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
# Every letter that XML can hold; a text of blanks alone is no answer.
LETTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cs", "Cc"),
    include_characters="\n\t",
    exclude_characters="\ufffe\uffff",
)
TEXTS = st.text(LETTERS, min_size=1).filter(lambda text: bool(text.strip()))
NAMES = st.text("abcdefghijklmnopqrstuvwxyzөү0123456789._-", min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..")
)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzөүӨҮ0123456789._-", min_size=1, max_size=20)
DEGREES = st.floats(-90, 90, allow_nan=False)
POINTS = st.one_of(
    st.builds(GeoPoint, DEGREES, st.floats(-180, 180)),
    st.builds(GeoPoint, DEGREES, DEGREES, st.floats(-500, 9000), st.floats(0, 9999)),
)
LINES = st.lists(POINTS, min_size=1, max_size=4).map(tuple)
WHOLE_SECONDS = st.integers(0, 86_399_999).map(lambda n: timedelta(milliseconds=n))
CLOCKS = st.builds(
    lambda since, zone: (datetime.min + since).time().replace(tzinfo=zone), WHOLE_SECONDS, ZONES
)
MOMENTS = st.builds(datetime.combine, st.dates(date(1900, 1, 1), date(2200, 1, 1)), CLOCKS)
BY_DATA: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(10**17), 10**17),
    "decimal": st.floats(allow_nan=False, allow_infinity=False),
    "date": st.dates(),
    "time": CLOCKS,
    "dateTime": MOMENTS,
    "geopoint": POINTS,
    "geotrace": LINES,
    "geoshape": LINES,
    "binary": NAMES,
    "barcode": TEXTS,
}


def value_of(question: Question) -> st.SearchStrategy[Any]:
    names = [choice.name for choice in question.choices]
    if question.kind in ("select_multiple", "rank"):
        return st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple)
    if question.kind == "select_one":
        return st.sampled_from(names) if names else WORDS
    return BY_DATA.get(question.data, TEXTS)


@st.composite
def filled(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, list[Row]]]:
    """Answers to some of the questions, and some rows of each repeat."""
    rows: dict[str, list[Row]] = {path: [] for path in everything().repeats}

    def fill(branch: Branch, index: tuple[int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for part in branch.parts.values():
            if isinstance(part, Question):
                if draw(st.booleans()):
                    values[part.path] = draw(value_of(part))
            elif not part.repeats:
                values |= fill(part, index)
            else:
                for n in range(draw(st.integers(0, 3))):
                    # The row comes before the rows inside it.
                    row = Row((*index, n), {})
                    rows[part.path].append(row)
                    row.values.update(fill(part, row.index))  # type: ignore[attr-defined]
        return values

    return fill(everything().tree, ()), rows


@settings(max_examples=150, deadline=None)
@given(filled(), TEXTS.map(str.strip), st.sampled_from(["", "uuid:0"]))
def test_what_is_written_is_read_back(
    given_answers: tuple[dict[str, Any], dict[str, list[Row]]], instance: str, deprecated: str
) -> None:
    values, rows = given_answers
    xml = write_submission(everything(), instance, values, rows, deprecated_id=deprecated)
    sent = read_submission(xml)
    found = answers(everything(), sent)
    assert (sent.form_id, sent.version) == ("everything", "2026-11-22")
    assert (sent.instance_id, sent.deprecated_id) == (instance, deprecated)
    assert found.unread == ()
    assert dict(found.values) == values
    assert {path: list(some) for path, some in found.rows.items()} == rows
    assert write_submission(everything(), instance, found.values, found.rows, deprecated_id=deprecated) == xml


def outcome(content: bytes) -> str:
    """The form of a submission, or why it is none."""
    try:
        return read_submission(content).form_id
    except SurveyError as error:
        return error.code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    codes = {f"SURVEY-{n}" for n in (102, 103, 106, 113, 114)}
    for around in (content, b"<data id='f'>" + content + b"</data>", content + b"<data id='f'/>"):
        assert outcome(around) in {"f", *codes}


def test_clocks_keep_their_zone() -> None:
    ulaanbaatar = timezone(timedelta(hours=8))
    xml = write_submission(
        everything(),
        "uuid:1",
        {"moment": datetime(2026, 11, 22, 9, 0, tzinfo=ulaanbaatar), "hour": time(9, 0, tzinfo=UTC)},
    )
    assert b"<moment>2026-11-22T09:00:00.000+08:00</moment>" in xml
    assert b"<hour>09:00:00.000+00:00</hour>" in xml
