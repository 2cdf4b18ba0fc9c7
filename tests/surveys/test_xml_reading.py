"""Reading XML that somebody sent: bombs and broken documents are refused, each by its own code."""

import tracemalloc

import pytest

from nuudel.base.errors import SurveyError
from nuudel.surveys.xml_reading import MOST_MARKS, read_xml

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><data>&j;</data>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><data>&x;</data>'
PARAMETER = '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd">%x;]><data/>'


def code(content: bytes, **limits: int) -> str:
    with pytest.raises(SurveyError) as error:
        read_xml(content, **limits)
    return error.value.code


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, PARAMETER, "<!DOCTYPE data><data/>"])
@pytest.mark.parametrize(
    "before", ["", '<?xml version="1.0"?>', "\n \t", "<!-- > -->", "<?a b?>\n<!-- <data> -->"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_type_is_refused_wherever_it_stands(text: str, before: str, encoding: str) -> None:
    if before.startswith("\n") and encoding == "utf-16":
        before = ""
    assert code((before + text).encode(encoding)) == "SURVEY-102"


def test_the_words_of_a_document_type_are_text_where_they_are_text() -> None:
    root = read_xml(b"<data><a><![CDATA[<!DOCTYPE html>]]></a><!-- <!DOCTYPE b> --></data>")
    assert root[0].text == "<!DOCTYPE html>"


def test_an_entity_that_nobody_declared_is_not_well_formed() -> None:
    assert code(b"<data>&x;</data>") == "SURVEY-103"


def test_numbers_of_letters_are_read() -> None:
    assert read_xml(b"<a>&#1256;&#x4E9; &lt;&amp;</a>").text == "Өө <&"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a b='1' b='2'/>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
    ],
)
def test_what_is_not_well_formed_is_refused(content: bytes) -> None:
    assert code(content) == "SURVEY-103"


def test_the_error_says_where() -> None:
    with pytest.raises(SurveyError, match=r"line 3, column 5"):
        read_xml(b"<a>\n<b>\n  </c>\n</a>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_letters_survive_each_encoding(encoding: str) -> None:
    declared = "utf-16" if encoding == "utf-16" else "UTF-8"
    text = f'<?xml version="1.0" encoding="{declared}"?><a>Өвөрхангай ₮ 𝒳</a>'
    assert read_xml(text.encode(encoding)).text == "Өвөрхангай ₮ 𝒳"


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0" encoding="windows-1251"?><a>Баг</a>'.encode("cp1251"),
        b"<?xml version='1.0' encoding='UTF-7'?><a/>",
        "<a/>".encode("utf-16-le"),
        "<a/>".encode("utf-16-be"),
        b"\xff\xfe<\x00a",
    ],
)
def test_other_encodings_are_refused_by_name(content: bytes) -> None:
    assert code(content) == "SURVEY-106"


def test_the_limits_of_bytes_and_depth_are_inclusive() -> None:
    assert read_xml(b"<a>1</a>", most_bytes=8).text == "1"
    assert code(b"<a>12</a>", most_bytes=8) == "SURVEY-101"
    assert read_xml(b"<a>" * 8 + b"</a>" * 8, most_depth=8).tag == "a"
    assert code(b"<a>" * 9 + b"</a>" * 9, most_depth=8) == "SURVEY-104"


def test_a_hundred_thousand_levels_are_refused_without_harm() -> None:
    assert code(b"<a>" * 100_000 + b"</a>" * 100_000) == "SURVEY-104"


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" + b"<b/>" * (MOST_MARKS + 1) + b"</a>",
        b"<a " + b" ".join(b'a%d=""' % n for n in range(MOST_MARKS + 1)) + b"/>",
        b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(MOST_MARKS + 1)) + b"/>",
    ],
    ids=["elements", "attributes", "namespaces"],
)
def test_what_would_cost_memory_is_refused_before_it_does(content: bytes) -> None:
    tracemalloc.start()
    try:
        assert code(content) == "SURVEY-105"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(content) / 4


def test_one_attribute_of_a_megabyte_is_only_a_text() -> None:
    root = read_xml(b'<a b="' + b"x" * 2**20 + b'"/>')
    assert len(root.get("b", "")) == 2**20
