"""Submissions as clients write them, and as nobody should."""

import pytest

from nuudel.base.errors import SurveyError
from nuudel.surveys.answers import Answers, answers
from nuudel.surveys.submission import read_submission
from nuudel.surveys.values import GeoPoint

from .forms import everything, read, sent

ENVELOPE = """<data xmlns="http://www.opendatakit.org/xforms/encrypted" encrypted="yes" version="7"
id="everything">
<base64EncryptedKey>AAAA</base64EncryptedKey>
<meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:9</instanceID></meta>
<media><file>one.jpg.enc</file></media><media><file>two.jpg.enc</file></media>
<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
<base64EncryptedElementSignature>BBBB</base64EncryptedElementSignature></data>"""


def code(xml: bytes) -> str:
    with pytest.raises(SurveyError) as error:
        read_submission(xml)
    return error.value.code


def typed(body: str) -> Answers:
    return answers(everything(), read_submission(sent(body)))


def test_the_head_of_a_submission() -> None:
    found = read_submission(sent("", more="<orx:deprecatedID>uuid:0</orx:deprecatedID>"))
    assert (found.form_id, found.version, found.instance_id) == ("everything", "1", "uuid:1")
    assert (found.deprecated_id, found.encrypted, found.files) == ("uuid:0", False, ())


@pytest.mark.parametrize(
    "xml",
    [
        b'<data id="f"><meta><instanceID>uuid:1</instanceID></meta></data>',
        b'<data id="f" xmlns="http://x"><meta><instanceID> uuid:1 </instanceID></meta></data>',
        b'<data id="f" instanceID="uuid:1"/>',
        b'<f:d id="f" xmlns:f="u" xmlns:m="v"><m:meta><m:instanceID>uuid:1</m:instanceID></m:meta></f:d>',
    ],
)
def test_the_id_is_found_in_every_namespace(xml: bytes) -> None:
    found = read_submission(xml)
    assert (found.form_id, found.instance_id, found.version) == ("f", "uuid:1", "")


def test_what_no_server_could_store_is_refused() -> None:
    assert code(b"<data><meta><instanceID>uuid:1</instanceID></meta></data>") == "SURVEY-113"
    assert code(b'<data id=" "><meta><instanceID>uuid:1</instanceID></meta></data>') == "SURVEY-113"
    assert code(b'<data id="f"><meta><instanceID/></meta></data>') == "SURVEY-114"
    assert code(b'<data id="f"/>') == "SURVEY-114"


def test_an_envelope_names_its_files_and_shows_no_answer() -> None:
    found = read_submission(ENVELOPE.encode())
    assert (found.form_id, found.version, found.instance_id) == ("everything", "7", "uuid:9")
    assert (found.encrypted, dict(found.values)) == (True, {})
    assert found.files == ("submission.xml.enc", "one.jpg.enc", "two.jpg.enc")
    with pytest.raises(SurveyError, match="SURVEY-117"):
        answers(everything(), found)


@pytest.mark.parametrize("lost", ["base64EncryptedKey", "encryptedXmlFile"])
def test_half_an_envelope_is_refused(lost: str) -> None:
    assert code(ENVELOPE.replace(lost, "other").encode()) == "SURVEY-115"


def test_every_type_is_read() -> None:
    found = typed(
        "<start>2026-11-22T08:01:02.345+08:00</start><today>2026-11-22</today>"
        "<who><women>12</women><hectares>1.50</hectares><remarks> two  words </remarks><sex>female</sex>"
        "<needs>water hay</needs><order>hay water food</order></who>"
        "<hour>08:30:00.000+08:00</hour><place>47.92 106.92 1300.5 4</place><way>47 106;47.1 106.1 0 0;</way>"
        "<picture>1700000000000.jpg</picture><scale>7</scale><double>24</double>"
    )
    assert found.unread == ()
    assert found.values["start"].isoformat() == "2026-11-22T08:01:02.345000+08:00"  # type: ignore[union-attr]
    assert found.values["today"].isoformat() == "2026-11-22"  # type: ignore[union-attr]
    assert found.values["who/women"] == 12
    assert found.values["who/hectares"] == 1.5
    assert found.values["who/remarks"] == " two  words "
    assert found.values["who/needs"] == ("water", "hay")
    assert found.values["who/order"] == ("hay", "water", "food")
    assert found.values["hour"].isoformat() == "08:30:00+08:00"  # type: ignore[union-attr]
    assert found.values["place"] == GeoPoint(47.92, 106.92, 1300.5, 4.0)
    assert found.values["way"] == (GeoPoint(47.0, 106.0), GeoPoint(47.1, 106.1, 0.0, 0.0))
    assert found.values["scale"] == 7
    assert found.values["double"] == "24"
    assert found.files == ("1700000000000.jpg",)


@pytest.mark.parametrize(
    ("name", "texts", "why"),
    [
        ("scale", ["1.5", "1_000", "twelve", "٣", "9" * 30, "1e3", "--1"], "not_integer"),
        ("day", ["22.11.2026", "2026-02-30", "20261122", "2026-W01-1", "2026-11-22T00:00:00"], "not_date"),
        ("moment", ["2026-11-22", "2026-11-22T25:00:00", "now", "2026-11-22 10:00:00"], "not_datetime"),
        ("hour", ["8:30", "25:00", "noon"], "not_time"),
        ("place", ["47", "91 0", "0 181", "a b", "1 2 3 4 5", "nan nan", "47,9 106,9"], "not_geopoint"),
        ("way", ["47 106;x"], "not_geotrace"),
        ("picture", ["../../etc/passwd", "a/b.jpg", "a\\b.jpg", "..", "x" * 300], "not_a_file_name"),
    ],
)
def test_a_value_of_another_type_is_told_and_kept(name: str, texts: list[str], why: str) -> None:
    for text in texts:
        found = typed(f"<{name}>{text}</{name}>")
        assert name not in found.values
        assert [(one.path, one.why, one.raw) for one in found.unread] == [(name, why, text)]
        assert found.files == ()


def test_numbers_choices_and_places_that_cannot_be() -> None:
    for text in ("nan", "inf", "1,5", "1_0", "0x10", "1e999"):
        assert typed(f"<who><hectares>{text}</hectares></who>").unread[0].why == "not_decimal"
    assert typed("<who><sex>unknown</sex></who>").unread[0].why == "not_a_choice"
    assert typed("<who><needs>water gold</needs></who>").unread[0].why == "not_a_choice"
    # The choices of a file are not in the form: any name is one.
    assert typed("<bagh>MN08201-3</bagh>").values == {"bagh": "MN08201-3"}


def test_what_the_form_does_not_have_is_told_with_its_place() -> None:
    found = typed(
        "<stray>1</stray><who><women>1</women><women>2</women><pets><dogs>3</dogs></pets></who>"
        "<household><size>4</size><cats>5</cats></household>"
        "<household>6<person>7</person></household><day><hour>8</hour></day>"
    )
    assert [(one.path, one.index, one.why, one.raw) for one in found.unread] == [
        ("stray", (), "unknown", "1"),
        ("who/women", (), "too_many", "1"),
        ("who/women", (), "too_many", "2"),
        ("who/pets/dogs", (), "unknown", "3"),
        ("household/cats", (0,), "unknown", "5"),
        ("household/person", (1, 0), "unknown", "7"),
        ("household/#text", (1,), "unknown", "6"),
        ("day/hour", (), "too_many", "8"),
    ]
    assert found.values == {}
    assert [row.values for row in found.rows["household"]] == [{"household/size": 4}, {}]


def test_rows_of_a_repeat_in_a_repeat() -> None:
    found = typed(
        "<household><size>2</size><person><age>30</age></person><person><age>5</age></person></household>"
        "<household><size>0</size></household>"
        "<household><size>1</size><person><age>70</age><gender>male</gender></person></household>"
    )
    assert [row.index for row in found.rows["household"]] == [(0,), (1,), (2,)]
    assert [row.index for row in found.rows["household/person"]] == [(0, 0), (0, 1), (2, 0)]
    assert found.at("household/person/age", (2, 0)) == 70
    assert found.at("household/size", (2, 0)) == 1
    assert found.at("household/size") is None
    assert found.all_at("household/person/age") == (30, 5, 70)
    assert found.all_at("household/person/age", (0,)) == (30, 5)
    assert found.all_at("household/size", (2, 0)) == (1,)
    with pytest.raises(SurveyError, match=r"SURVEY-110.*household/size"):
        found.at("household/sise")


def test_what_clients_say_about_themselves_is_no_unknown_answer() -> None:
    body = "<meta><rootUuid>uuid:0</rootUuid><instanceName>x</instanceName><entity id='1'/></meta>"
    assert answers(everything(), read_submission(sent(body))).unread == ()


def test_a_submission_of_another_form_is_refused() -> None:
    with pytest.raises(SurveyError, match="SURVEY-116"):
        answers(everything(), read_submission(sent("", form="other")))


def test_a_version_from_the_future_is_read_as_far_as_the_form_goes() -> None:
    xml = sent("<day>2026-11-22</day><news>1</news>").replace(b'version="1"', b'version="3000"')
    found = answers(everything(), read_submission(xml))
    assert found.version == "3000"
    assert list(found.values) == ["day"]
    assert [one.path for one in found.unread] == ["news"]


def test_two_thousand_questions() -> None:
    rows = "\n".join(f"| | integer | q{n} | Question {n} |" for n in range(2000))
    form = read(f"| survey |\n| | type | name | label |\n{rows}\n| settings |\n| | form_id |\n| | long |\n")
    body = "".join(f"<q{n}>{n}</q{n}>" for n in range(2000))
    found = answers(form, read_submission(sent(body, form="long")))
    assert found.values == {f"q{n}": n for n in range(2000)}


def test_nothing_that_somebody_answered_is_in_what_is_printed() -> None:
    found = read_submission(sent("<who><remarks>Бат Дорж</remarks></who><stray>Бат Дорж</stray>"))
    told = answers(everything(), found)
    assert "Бат" not in f"{found!r}{told!r}{told.unread!r}"
