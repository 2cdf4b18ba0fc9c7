"""What servers and statistical offices do to a reader: each trap has its answer, nothing half is written."""

import json
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from nuudel.base.errors import RunError
from nuudel.base.packs import load_pack
from nuudel.pipeline.pxweb.client import follow

from .pxweb_server import Answer, Remote, serve
from .test_pack_update import _no_proxy, address, client, figures_of, positions, remote, rename, update

__all__ = ["_no_proxy", "address", "remote"]  # fixtures


# --- servers -------------------------------------------------------------------------------------------


def always(answer: Answer, method: str = "POST") -> Callable[[str, int], Answer | None]:
    return lambda found, number: answer if found == method else None


def test_waiting_as_long_as_the_server_asks(remote: Remote, address: str, tmp_path: Path) -> None:
    said: list[str] = []
    slept: list[float] = []
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    asks: dict[int, Answer] = {
        1: (429, {"Retry-After": "7"}, b""),
        2: (429, {"Retry-After": later}, b""),
        3: (429, {}, b""),
        4: (429, {"Retry-After": "nan"}, b""),
    }
    remote.trap = lambda method, number: asks.get(number) if method == "POST" else None
    update(address, tmp_path / "copy", asking=client(said, slept))
    assert slept[0] == 7
    assert 50 < slept[1] <= 60
    assert slept[2:] == [1, 1]
    assert said[0] == "The server is asked too often; waiting 7 s."


def test_waiting_has_an_end(remote: Remote, address: str, tmp_path: Path) -> None:
    slept: list[float] = []
    remote.trap = always((429, {"Retry-After": "120"}, b""))
    with pytest.raises(RunError, match=r"RUN-126.*300 seconds"):
        update(address, tmp_path / "copy", asking=client(None, slept))
    assert sum(slept) <= 300
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((503, {}, b""), "fails with status 503"),
        ((200, {}, b'{"columns": ['), "breaks off"),
        ((200, {"Content-Length": "99999"}, b"{"), "breaks off"),
        ((200, {}, '{"a": "Ү'.encode()[:-1]), "breaks off"),
        ((200, {}, b"[" * 100_000), "breaks off"),
        ((200, {}, b"1" * 5000), "breaks off"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_never_recovers(
    remote: Remote, address: str, tmp_path: Path, answer: Answer, said: str, method: str
) -> None:
    remote.trap = always(answer, method)
    with pytest.raises(RunError, match=f"RUN-123.*{said}.*4 times.*nothing was changed"):
        update(address, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_server_that_keeps_silent(remote: Remote, address: str, tmp_path: Path) -> None:
    def silent(method: str, number: int) -> Answer | None:
        time.sleep(0.7 if number == 1 else 0)
        return None

    remote.trap = silent
    said: list[str] = []
    update(address, tmp_path / "copy", asking=client(said))
    assert said[0] == "The server does not answer in time; waiting 1 s."


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"RUN-123.*cannot be reached"):
        update("http://127.0.0.1:9/api/v1", tmp_path / "copy")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(404, "RUN-125", "has no such table"), (401, "RUN-125", "status 401"), (403, "RUN-125", "status 403")],
)
def test_refusals(remote: Remote, address: str, tmp_path: Path, status: int, code: str, said: str) -> None:
    remote.trap = always((status, {}, b"no"), "GET")
    with pytest.raises(RunError, match=f"{code}.*{said}"):
        update(address, tmp_path / "copy")
    assert remote.looked_up == 1


def test_a_redirect_to_a_web_page(remote: Remote, address: str, tmp_path: Path) -> None:
    page: Answer = (200, {}, b"<!DOCTYPE html><html></html>")
    moved: Answer = (302, {"Location": "/error"}, b"")
    remote.trap = lambda method, number: moved if number == 1 else page
    with pytest.raises(RunError, match=r"RUN-124.*web page"):
        update(address, tmp_path / "copy")


def test_a_redirect_without_end_and_one_of_a_question(remote: Remote, address: str, tmp_path: Path) -> None:
    remote.trap = always((302, {"Location": f"{address}/{remote.path.replace(' ', '%20')}"}, b""), "GET")
    with pytest.raises(RunError, match=r"RUN-124.*from one address to the next"):
        update(address, tmp_path / "copy")
    remote.trap = always((301, {"Location": "/api/v2/tables"}, b""))
    with pytest.raises(RunError, match=r"RUN-124.*moved to .*/api/v2/tables"):
        update(address, tmp_path / "copy")


@pytest.mark.parametrize("target", ["/api/é", "http://[::1", "ftp://127.0.0.1/x", "/a b"])
def test_redirects_to_nowhere(remote: Remote, address: str, tmp_path: Path, target: str) -> None:
    remote.trap = lambda method, number: (302, {"Location": target}, b"") if number == 1 else None
    with pytest.raises(RunError, match=r"RUN-1(25|35)"):
        update(address, tmp_path / "copy")


def test_a_protected_address_is_not_left_for_an_unprotected_one() -> None:
    with pytest.raises(RunError, match=r"RUN-124.*unprotected"):
        follow("https://example.org/a", "http://example.org/a", None)


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    pem = signed.public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "own.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    with serve(Remote({}, {}, ""), context) as address, pytest.raises(RunError, match=r"RUN-125.*verified"):
        update(address, tmp_path / "copy")


def test_an_endless_answer(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuudel.pipeline.pxweb.client.MOST_BYTES", 100)
    with pytest.raises(RunError, match=r"RUN-125.*more than 100 MB"):
        update(address, tmp_path / "copy")


def test_a_question_is_repeated_after_a_cookie(remote: Remote, address: str, tmp_path: Path) -> None:
    own = {"Location": f"/api/v1/{remote.path.replace(' ', '%20')}", "Set-Cookie": "rxid=1; Path=/"}
    remote.trap = lambda method, number: (302, own, b"") if method == "POST" and number == 1 else None
    update(address, tmp_path / "copy")
    assert remote.requests[0] == remote.requests[1]


# --- the office ----------------------------------------------------------------------------------------


def test_the_capital_stands_there_twice_and_agrees(remote: Remote, address: str, tmp_path: Path) -> None:
    assert len(positions(remote, 1, "Ulaanbaatar")) == 2
    update(address, tmp_path / "copy")
    codes = next(e for e in remote.requests[0]["query"] if e["code"] == "Бүс")["selection"]["values"]
    assert {"5", "511"} <= set(codes)
    assert figures_of(tmp_path / "copy")["place"].to_list().count("MN11") == 43


def test_two_capitals_that_differ_are_refused(remote: Remote, address: str, tmp_path: Path) -> None:
    figure = remote.figure

    def differing(codes: tuple[str, ...]) -> Any:
        return 1 if codes[1:] == ("5", "3") else figure(codes)

    remote.figure = differing  # type: ignore[method-assign]
    with pytest.raises(RunError, match=r"RUN-129.*2 different figures of MN11 in 2022"):
        update(address, tmp_path / "copy")


def test_one_capital_without_figures_is_filled_from_the_other(
    remote: Remote, address: str, tmp_path: Path
) -> None:
    figure = remote.figure
    remote.figure = lambda codes: None if codes[1] == "5" else figure(codes)  # type: ignore[method-assign]
    assert update(address, tmp_path / "copy").changes.lost == ()


@pytest.mark.parametrize(
    ("dimension", "old", "new", "code", "said"),
    [
        (1, "Total", "Whole country", "RUN-128", "'Whole country' is no known aimag.*Total"),
        (1, "Khovd", "Atlantis", "RUN-128", "'Atlantis' is no known aimag"),
        (1, "Khovd", "Uvs", "RUN-129", "'Uvs' is several times"),
        (1, "Khovd", "Uvs aimag", "RUN-129", "both mean MN85"),
        (0, "In-migration", "Inmigration", "RUN-128", "no 'In-migration'.*Inmigration"),
        (0, "Out-migration", "In-migration", "RUN-129", "'In-migration' is several times"),
        (2, "2025", "2025 (provisional)", "RUN-128", "is no year"),
        (2, "2025", "2024", "RUN-129", "'2024' is several times"),
    ],
)
def test_texts_that_changed(
    remote: Remote, address: str, tmp_path: Path, dimension: int, old: str, new: str, code: str, said: str
) -> None:
    rename(remote, dimension, old, new)
    with pytest.raises(RunError, match=f"{code}.*{said}"):
        update(address, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert remote.requests == []


def test_another_spelling_of_a_place_is_found(remote: Remote, address: str, tmp_path: Path) -> None:
    rename(remote, 1, "Umnugovi", "Ömnögovi")
    assert update(address, tmp_path / "copy").changes.lost == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["variables"][2].update(text="Years"), "no single dimension 'Year'.*'Years'"),
        (
            lambda m: m["variables"].append(
                {"code": "s", "text": "Sex", "values": ["0"], "valueTexts": ["T"]}
            ),
            "'Sex'",
        ),
        (lambda m: m["variables"][0]["values"].append("0"), "codes twice, or not one text"),
        (lambda m: m["variables"].clear(), "no dimension"),
        (lambda m: m.pop("variables"), "metadata of a table"),
    ],
)
def test_metadata_that_changed(
    remote: Remote, address: str, tmp_path: Path, change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    change(remote.metadata)
    with pytest.raises(RunError, match=f"RUN-127.*{said}"):
        update(address, tmp_path / "copy")


def shift(remote: Remote) -> None:
    """A new year comes in front, and every code of a year means the next one."""
    years = remote.metadata["variables"][2]
    years["valueTexts"].insert(0, str(int(years["valueTexts"][0]) + 1))
    years["values"].append(str(len(years["values"])))


@pytest.mark.parametrize("form", ["json", "json-stat2"])
def test_a_table_that_changes_between_two_parts_is_read_anew(
    remote: Remote, address: str, tmp_path: Path, form: str
) -> None:
    remote.form, remote.limit = form, 1000

    def trap(method: str, number: int) -> Answer | None:
        if method == "POST" and number == 3:
            shift(remote)
        return None

    remote.trap = trap
    update(address, tmp_path / "copy")
    after = figures_of(tmp_path / "copy")
    before = load_pack("mongolia").table("internal_migration").frame
    assert after.head(before.height).equals(before)
    assert after["year"].max() == 2025


def test_a_table_that_never_rests_is_refused(remote: Remote, address: str, tmp_path: Path) -> None:
    def trap(method: str, number: int) -> Answer | None:
        if method == "POST":
            shift(remote)
        return None

    remote.trap, remote.form = trap, "json"
    with pytest.raises(RunError, match=r"RUN-131.*3 times"):
        update(address, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_the_catalogue_knows_the_declared_path(shared_data: Path) -> None:
    from nuudel.pipeline.pxweb.declaration import read_declaration

    catalogue = json.loads((shared_data / "mongolia" / "nso_px_catalogue.json").read_text("utf-8"))
    for declared in read_declaration(load_pack("mongolia")).updates:
        entries = [entry for entry in catalogue if entry["tbl_id"] == declared.remote]
        assert "/".join(declared.path[1:]) in [entry["px_path"] for entry in entries]
