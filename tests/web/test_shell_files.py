"""Files of records: what is taken, what is not, and that nothing that is taken can act."""

import io
import os
import stat
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.shell.attachments import MOST_BYTES, folder, safe_name
from nuudel.web.shell.file_kinds import MOST_ENTRIES, ODF, OOXML
from nuudel.web.shell.models import Attachment
from nuudel.web.testing import signed_in, user_with

from .shell_trial import make, trial, url

__all__ = ["trial"]
pytestmark = pytest.mark.usefixtures("trial")

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
ODT = f"{ODF}text"
TYPES = ("[Content_Types].xml", "<Types/>")


def archive(*entries: tuple[str, str], **options: Any) -> bytes:
    """Without a time, so that each process of the tests makes the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", **options) as file:
        for name, content in entries:
            file.writestr(zipfile.ZipInfo(name), content, file.compression)
    return written.getvalue()


DOCX = archive(TYPES, ("word/document.xml", "<w/>"))


@pytest.fixture(scope="module")
def desk(trial: None) -> Client:
    return signed_in(user_with(Role.REGISTRAR, place="MN81"))


@pytest.fixture
def pk(desk: Client) -> str:
    return make(desk)


def send(
    desk: Client, pk: str, content: bytes, name: str = "letter.pdf", kind: str = "application/pdf"
) -> Any:
    return desk.post(url(pk, "attach"), {"file": SimpleUploadedFile(name, content, kind)})


def kept(pk: str) -> list[Attachment]:
    with acting(user_with(Role.REGISTRAR), "test"):
        return list(Attachment.objects.filter(record_id=pk).order_by("id"))


@pytest.mark.parametrize(
    ("content", "media_type", "suffix"),
    [
        (PDF, "application/pdf", ".pdf"),
        (PNG, "image/png", ".png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg", ".jpg"),
        ("Захидал, нэг мөр.\n".encode(), "text/plain", ".txt"),
        (DOCX, f"{OOXML}wordprocessingml.document", ".docx"),
        (archive(TYPES, ("xl/workbook.xml", "<w/>")), f"{OOXML}spreadsheetml.sheet", ".xlsx"),
        (archive(("mimetype", ODT), ("content.xml", "<w/>")), ODT, ".odt"),
    ],
)
def test_each_kind_that_is_taken_is_told_by_its_content(
    desk: Client, pk: str, content: bytes, media_type: str, suffix: str
) -> None:
    assert send(desk, pk, content, "my letter.exe", "text/html").status_code == 302
    (file,) = kept(pk)
    assert (file.media_type, file.name) == (media_type, f"my letter{suffix}")
    response = desk.get(url(pk, "file", file.pk))
    assert response.content == content
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


BOMB = archive(TYPES, ("word/document.xml", "0" * 220_000_000), compression=zipfile.ZIP_DEFLATED)
MANY = archive(TYPES, ("word/document.xml", ""), *((f"a/{n}", "") for n in range(MOST_ENTRIES)))


@pytest.mark.parametrize(
    ("why", "content"),
    [
        ("a program", b"MZ\x90\x00" + bytes(range(128, 256))),
        ("a page", b"<!DOCTYPE html><p onclick=alert(1)>text</p>"),
        ("a page after a text", b"a letter\n\n < script >alert(1)</script>"),
        ("a drawing", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a drawing with a head", b"\xef\xbb\xbf<?xml version='1.0'?><svg onload='alert(1)'/>"),
        ("letters of control", b"a letter\x00with nothing"),
        ("a text in another encoding", "Захидал".encode("utf-16")),
        ("a page that acts", PDF + b"2 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"),
        ("a page that starts a program", PDF + b"2 0 obj<</S /Launch /F(cmd.exe)>>endobj"),
        ("a page with a file in it", PDF + b"2 0 obj<</Type/EmbeddedFile >>endobj"),
        ("an archive", archive(("a.txt", "a"))),
        ("a broken archive", DOCX[:40]),
        ("macros", archive(TYPES, ("word/document.xml", ""), ("word/vbaProject.bin", ""))),
        ("macros in capitals", archive(TYPES, ("xl/workbook.xml", ""), ("xl/VBAPROJECT.BIN", ""))),
        ("old macros", archive(TYPES, ("xl/workbook.xml", ""), ("xl/macrosheets/sheet1.xml", ""))),
        ("ActiveX", archive(TYPES, ("word/document.xml", ""), ("word/activeX/activeX1.xml", ""))),
        ("another program's object", archive(TYPES, ("word/document.xml", ""), ("word/oleObject1.bin", ""))),
        ("macros of LibreOffice", archive(("mimetype", ODT), ("content.xml", ""), ("Basic/a.xml", ""))),
        ("scripts of LibreOffice", archive(("mimetype", ODT), ("content.xml", ""), ("Scripts/a.py", ""))),
        ("a table of LibreOffice", archive(("mimetype", f"{ODF}spreadsheet"), ("content.xml", ""))),
        ("a way out", archive(TYPES, ("word/document.xml", ""), ("../../etc/passwd", ""))),
        ("a place of its own", archive(TYPES, ("word/document.xml", ""), ("/etc/passwd", ""))),
        ("another disk", archive(TYPES, ("word/document.xml", ""), ("C:\\boot.ini", ""))),
        ("no document", archive(("word/document.xml", ""))),
        ("far too much inside", BOMB),
        ("far too many parts", MANY),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(desk: Client, pk: str, why: str, content: bytes) -> None:
    before = set(folder().iterdir())
    response = send(desk, pk, content)
    assert response.status_code == 422, why
    assert "Files of this kind are not taken." in response.content.decode()
    assert not kept(pk)
    assert set(folder().iterdir()) == before


def test_a_compressed_picture_that_looks_like_a_script_is_taken(desk: Client, pk: str) -> None:
    content = PDF + b"3 0 obj<</Length 9>>\nstream\nx/JS (x) \nendstream\nendobj"
    assert send(desk, pk, content).status_code == 302


def test_what_is_empty_or_too_large_is_not_taken(desk: Client, pk: str) -> None:
    for content in (b"", b"a" * (MOST_BYTES + 1)):
        response = send(desk, pk, content, "a.txt")
        assert response.status_code == 422
        assert "empty or larger than 10 MB" in response.content.decode()
    assert "Choose a file first." in desk.post(url(pk, "attach"), {}).content.decode()
    assert send(desk, pk, b"a" * MOST_BYTES, "a.txt").status_code == 302


def test_the_twenty_first_file_is_not_taken(desk: Client, pk: str) -> None:
    for number in range(20):
        assert send(desk, pk, f"letter {number}".encode()).status_code == 302
    response = send(desk, pk, b"one more")
    assert response.status_code == 422
    assert "20 files at most" in response.content.decode()
    assert len(kept(pk)) == 20


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Windows\\system.ini", "system.txt"),
        ("a\0b\r\nc.pdf", "abc.txt"),
        (".htaccess", "htaccess.txt"),
        ("..", "file.txt"),
        ("", "file.txt"),
        ("\u202egnp.exe", "gnp.txt"),
        ("захидал.html", "захидал.txt"),
        ("x" * 300 + ".txt", "x" * 100 + ".txt"),
    ],
)
def test_a_name_is_only_a_name(name: str, safe: str) -> None:
    assert safe_name(name, "text/plain") == safe


def test_files_lie_outside_of_the_web_under_names_of_our_own(desk: Client, pk: str) -> None:
    send(desk, pk, b"a letter", "../secret name.txt")
    (file,) = kept(pk)
    path = folder() / file.stored
    assert path.read_bytes() == b"a letter"
    assert len(file.stored) == 32
    assert not path.is_relative_to(settings.STATIC_ROOT)
    assert stat.S_IMODE(os.stat(folder()).st_mode) == 0o700


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_a_file_that_is_not_what_was_kept_is_not_handed_out(desk: Client, pk: str, what: str) -> None:
    send(desk, pk, b"a letter", "letter.txt")
    (file,) = kept(pk)
    path = folder() / file.stored
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes(b"another letter")
    response = desk.get(url(pk, "file", file.pk))
    assert response.status_code == 409
    assert "not what was kept" in response.content.decode()
    assert "another letter" not in response.content.decode()


def test_a_file_is_found_only_with_its_own_record(desk: Client, pk: str) -> None:
    send(desk, pk, b"a letter", "letter.txt")
    (file,) = kept(pk)
    assert desk.get(url(make(desk), "file", file.pk)).status_code == 404
