"""Reading a submission: what a phone sent, before the form is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.etree.ElementTree import Element

from nuudel.base.errors import SurveyError
from nuudel.surveys.xml_reading import MOST_BYTES, local_name, read_xml

Tree: TypeAlias = "str | dict[str, Tree] | list[Tree]"
# The name under which text that stands between elements is kept; no question can have it.
STRAY_TEXT = "#text"
META = "meta"


@dataclass(frozen=True)
class Sent:
    """A submission as it came.

    Attributes
    ----------
    version
        Empty where it names none.
    deprecated_id
        The submission that this one replaces, empty for a new one.
    encrypted
        Whether it is an envelope: the answers are in an encrypted file, ``values`` has none of them.
    values
        By name: a text, a group as a mapping, or a list where a name comes more than once. Namespaces and the
        attributes of elements are left out. A repeat with one row looks like a group until ``answers``.
    files
        Of an envelope: the files that belong to it. Else empty: which answers name files is known
        from the form (``Answers.files``).
    """

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    encrypted: bool
    values: Mapping[str, Tree] = field(repr=False)
    files: tuple[str, ...] = field(repr=False)


def read_submission(xml: bytes, *, most_bytes: int = MOST_BYTES) -> Sent:
    """Read a submission's XML.

    Raises
    ------
    SurveyError
        ``SURVEY-101`` to ``SURVEY-106`` from ``read_xml``, ``SURVEY-113`` no form id, ``SURVEY-114`` no
        instance id, ``SURVEY-115`` an envelope that lacks its parts.
    """
    root = read_xml(xml, most_bytes=most_bytes)
    form_id = root.get("id", "").strip()
    if not form_id:
        raise SurveyError(
            113,
            "the submission does not say of which form it is.",
            "Send it with the program that has the form.",
            ("id",),
        )
    meta = dict(meta_texts(root))
    instance_id = meta.get("instanceID") or root.get("instanceID", "").strip()
    if not instance_id:
        raise SurveyError(
            114,
            "the submission has no id of its own.",
            "Add meta/instanceID to the form; a form made of a workbook has it.",
            ("instanceID",),
        )
    encrypted = root.get("encrypted", "") == "yes"
    return Sent(
        form_id=form_id,
        version=version_of(root),
        instance_id=instance_id,
        deprecated_id=meta.get("deprecatedID", ""),
        encrypted=encrypted,
        values={} if encrypted else group(root),
        files=envelope_files(root) if encrypted else (),
    )


def version_of(root: Element) -> str:
    """The version that a root element names, in whichever namespace."""
    return next((value for name, value in root.items() if local_name(name) == "version"), "").strip()


def meta_texts(root: Element) -> Iterator[tuple[str, str]]:
    """Names and texts of what the form says about itself."""
    for part in root:
        if local_name(part.tag) == META:
            for element in part:
                yield local_name(element.tag), (element.text or "").strip()


def group(element: Element) -> dict[str, Tree]:
    """The children of an element by name; a name that comes again makes a list."""
    found: dict[str, Tree] = {}
    for child in element:
        name = child.tag
        if name[0] == "{":
            name = local_name(name)
        value: Tree = group(child) if len(child) else child.text or ""
        before = found.get(name)
        if before is None:
            found[name] = value
        elif name == META and isinstance(before, dict) and isinstance(value, dict):
            # Some clients write one in OpenRosa's namespace beside the form's own.
            found[name] = before | value
        elif isinstance(before, list):
            before.append(value)
        else:
            found[name] = [before, value]
        if child.tail and not child.tail.isspace():
            add_stray(found, child.tail)
    if element.text and not element.text.isspace():
        add_stray(found, element.text)
    return found


def add_stray(found: dict[str, Tree], text: str) -> None:
    found[STRAY_TEXT] = f"{found.get(STRAY_TEXT, '')}{text}"


def envelope_files(root: Element) -> tuple[str, ...]:
    """The files of an encrypted submission: its own XML first, then its media."""
    own = [text for name, text in texts(root) if name == "encryptedXmlFile"]
    keys = [text for name, text in texts(root) if name == "base64EncryptedKey"]
    if len(own) != 1 or not own[0] or not any(keys):
        raise SurveyError(
            115,
            "the encrypted submission lacks its key or its file.",
            "Send it again from the phone, whole.",
            ("base64EncryptedKey", "encryptedXmlFile"),
        )
    media = [
        text
        for part in root
        if local_name(part.tag) == "media"
        for name, text in texts(part)
        if name == "file" and text
    ]
    return (own[0], *dict.fromkeys(media))


def texts(element: Element) -> Iterator[tuple[str, str]]:
    for child in element:
        yield local_name(child.tag), (child.text or "").strip()
