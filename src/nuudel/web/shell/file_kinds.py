"""The kind of a file by its content; the name it came with decides nothing."""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from nuudel.base.errors import WebError

ODF = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."
PDF = "application/pdf"
# Kinds by the first bytes; the documents of offices are archives, told by what is in them.
SIGNATURES = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
SUFFIXES = {
    PDF: ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    f"{OOXML}wordprocessingml.document": ".docx",
    f"{OOXML}spreadsheetml.sheet": ".xlsx",
    f"{ODF}text": ".odt",
}
ARCHIVED = {
    "word/document.xml": f"{OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{OOXML}spreadsheetml.sheet",
}
# What acts in a document: macros, ActiveX, objects of other programs.
ACTIVE_NAMES = re.compile(r"vbaproject|macrosheets/|activex|oleobject|^basic/|^scripts/", re.IGNORECASE)
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)(?=[\s/<(\[\d])")
PDF_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
MARKUP = re.compile(r"<\s*(?:!doctype|html|svg|script|iframe|object|embed|body|\?xml)", re.IGNORECASE)
MOST_UNPACKED = 200_000_000  # bytes
MOST_ENTRIES = 5_000


def refused_kind() -> WebError:
    return WebError(
        222,
        "the file is of a kind that is not taken.",
        "Send a PDF, PNG, JPEG, plain text, or a document without macros.",
        ("file",),
    )


def kind_of(path: Path) -> str:
    """The media type of a file.

    Raises
    ------
    WebError
        ``WEB-222`` for every kind that is not taken, and for documents that act when they are opened.
    """
    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        return kind_of_archive(path)
    for signature, media_type in SIGNATURES.items():
        if content.startswith(signature):
            if media_type == PDF and ACTIVE_PDF.search(PDF_STREAM.sub(b"", content)):
                raise refused_kind()
            return media_type
    return kind_of_text(content)


def kind_of_text(content: bytes) -> str:
    """Plain text in UTF-8, which is no page and no drawing that a browser would run."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise refused_kind() from None
    if any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text) or MARKUP.search(text):
        raise refused_kind()
    return "text/plain"


def kind_of_archive(path: Path) -> str:
    """The kind of an office document; one with macros, or that unpacks into far too much, is not taken."""
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or any(map(is_active, names)):
                raise refused_kind()
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    told = file.read(100).decode("ascii").strip()
                if told == f"{ODF}text" and "content.xml" in names:
                    return told
    except (BadZipFile, ValueError, OSError, RuntimeError, EOFError):
        raise refused_kind() from None
    for inside, media_type in ARCHIVED.items():
        if inside in names and "[Content_Types].xml" in names:
            return media_type
    raise refused_kind()


def is_active(name: str) -> bool:
    """Whether an entry acts when its document is opened, or would lie outside of it."""
    parts = name.replace("\\", "/").split("/")
    return bool(ACTIVE_NAMES.search(name)) or ".." in parts or parts[0] == "" or ":" in parts[0]
