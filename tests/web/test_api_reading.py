"""Request bodies, cursors and limits: what is refused before anything is done with it."""

import pytest
from django.http import HttpRequest

from nuudel.web.api import cursors, reading
from nuudel.web.api.limits import Limit
from nuudel.web.api.problems import ApiError
from nuudel.web.operations.database import Addresses

DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
ENDLESS = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def request(body: bytes, kind: str = "application/json", **headers: str) -> HttpRequest:
    from django.test import RequestFactory

    return RequestFactory().post("/api/v1/x", body, content_type=kind, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 12345678901234567890123}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\u0000"}',
        b'{"a": "\x00"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u202e"}',
        b'{"\\u0000": 1}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        DEEP,
        ENDLESS,
    ],
)
def test_what_is_not_well_formed_is_refused(database: Addresses, body: bytes) -> None:
    with pytest.raises(ApiError, match="WEB-264") as refused:
        reading.read_json(request(body))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "multipart/form-data; boundary=x",
    ],
)
def test_only_json_in_utf_8_is_read(database: Addresses, kind: str) -> None:
    with pytest.raises(ApiError, match="WEB-263"):
        reading.read_json(request(b"{}", kind))


def test_a_compressed_body_is_refused(database: Addresses) -> None:
    with pytest.raises(ApiError, match="WEB-263"):
        reading.read_json(request(b"{}", **{"content-encoding": "gzip"}))


@pytest.mark.parametrize("size", [reading.MAX_BYTES + 1, 3_000_000])
def test_a_body_that_is_too_large_is_refused(database: Addresses, size: int) -> None:
    with pytest.raises(ApiError, match="WEB-262"):
        reading.read_json(request(b'{"a":"' + b"x" * size + b'"}'))


def test_texts_are_composed(database: Addresses) -> None:
    assert reading.read_json(request('{"a": "Е\\u0306", "b": [1.5, null, {"c": "ө"}]}'.encode())) == {
        "a": "Ӗ",
        "b": [1.5, None, {"c": "ө"}],
    }


def test_a_cursor_serves_for_its_own_question_only(database: Addresses) -> None:
    from django.test import RequestFactory

    asked = RequestFactory().get("/api/v1/x?level=aimag&limit=2")
    cursor = cursors.make_cursor(asked, 7, "b1")
    again = RequestFactory().get(f"/api/v1/x?limit=50&cursor={cursor}&level=aimag")
    assert cursors.read_cursor(again, cursor, "b1") == 7
    others = [
        ("/api/v1/x?level=soum", "b1"),
        ("/api/v1/y?level=aimag", "b1"),
        ("/api/v1/x?level=aimag", "b2"),
    ]
    for address, build in others:
        with pytest.raises(ApiError, match="WEB-266"):
            cursors.read_cursor(RequestFactory().get(address), cursor, build)
    for forged in ("", "x", cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "WzFd:1:2", "ө"):
        with pytest.raises(ApiError, match="WEB-266"):
            cursors.read_cursor(asked, forged, "b1")


def test_a_bucket_fills_again() -> None:
    limit = Limit(per_minute=60, burst=2)
    assert [limit.take("a", now) for now in (0.0, 0.0)] == [0.0, 0.0]
    assert limit.take("a", 0.0) == pytest.approx(1.0)
    assert limit.take("b", 0.0) == 0.0
    assert limit.take("a", 0.5) == pytest.approx(0.5)
    assert limit.take("a", 1.5) == 0.0
    # After an hour no more than the burst is there.
    assert [limit.take("a", 3600.0) for _ in range(3)] == [0.0, 0.0, pytest.approx(1.0)]
