"""The exchange format of civil registration, version 1: one JSON object for each notice, read strictly.

Described for senders in ``docs/reference/civil-notices.md``; ``json_schema`` gives the same to programs.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from nuudel.base.errors import WebError
from nuudel.people.registration_numbers import is_registration_number, normalise, sex_of

VERSION = "nuudel-civil-notice/1"
LONGEST_LINE = 20_000  # characters
# What no person or message is called: control characters, which would break logs and lists.
PLAIN = r"^[^\x00-\x1f\x7f]+$"
NUMBER = r"^[^\x00-\x1f\x7f]{10,20}$"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=PLAIN)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:/-]{1,80}$")]
Number = Annotated[str, msgspec.Meta(pattern=NUMBER)]
PlaceCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}[A-Za-z0-9._-]{0,30}$")]


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every notice says.

    Attributes
    ----------
    format
        The version of the format.
    sender, message_id
        Who sends, and the sender's own number of this message: it tells a repetition from a new one.
    day
        Of the birth, the death, the marriage, the divorce, the change of name.
    place
        Soum or district where the act was registered.
    corrects
        ``message_id`` of an earlier message of the same sender that this one takes the place of.
    """

    format: Literal["nuudel-civil-notice/1"]
    sender: Key
    message_id: Key
    day: date
    place: PlaceCode
    corrects: Key | None = None

    numbers: ClassVar[tuple[str, ...]] = ()

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    def number(self, name: str) -> str:
        """The registration number in a field, in one form; empty where none was given."""
        return normalise(getattr(self, name) or "")


class Birth(Notice, frozen=True, kw_only=True, tag="birth"):
    """A birth: the child as it was named, and the numbers of its parents."""

    numbers = ("child", "mother", "father")

    child: Number
    mother: Number | None
    father: Number | None = None
    family_name: Name | None = None
    patronymic: Name | None
    given_name: Name
    sex: Literal["female", "male"]


class Death(Notice, frozen=True, kw_only=True, tag="death"):
    """A death."""

    numbers = ("person",)

    person: Number


class Marriage(Notice, frozen=True, kw_only=True, tag="marriage"):
    """A marriage of two persons."""

    numbers = ("first", "second")

    first: Number
    second: Number


class Divorce(Notice, frozen=True, kw_only=True, tag="divorce"):
    """The end of a marriage of two persons."""

    numbers = ("first", "second")

    first: Number
    second: Number


class NameChange(Notice, frozen=True, kw_only=True, tag="name_change"):
    """New names of a person; all three are told, also those that stay."""

    numbers = ("person",)

    person: Number
    family_name: Name | None = None
    patronymic: Name | None
    given_name: Name


Message = Birth | Death | Marriage | Divorce | NameChange
DECODER = msgspec.json.Decoder(Message)


def read(text: str, today: date) -> Notice:
    """A notice from its JSON.

    Raises
    ------
    WebError
        ``WEB-425`` where it is no notice of this format, ``WEB-426`` where what it says cannot be. Neither
        repeats a value of the notice.
    """
    if len(text) > LONGEST_LINE:
        raise not_read("the line is too long", "")
    try:
        notice: Notice = DECODER.decode(text.encode())
    except UnicodeEncodeError:
        raise not_read("a text holds half a letter", "") from None
    except msgspec.ValidationError as error:
        raise not_read("a field is missing, unknown or has another form", field_of(str(error))) from None
    except (msgspec.DecodeError, RecursionError):
        raise not_read("it is no JSON", "") from None
    check(notice, today)
    return notice


def check(notice: Notice, today: date) -> None:
    """Refuse what cannot be, whatever the register knows (``WEB-426``)."""
    if notice.day > today:
        raise impossible("the day lies in the future", "day")
    given = [name for name in notice.numbers if getattr(notice, name) is not None]
    for name in given:
        if not is_registration_number(notice.number(name), today):
            raise impossible("a registration number has not the form, or tells no day of birth", name)
    if len({notice.number(name) for name in given}) < len(given):
        raise impossible("the same person is named twice", given[-1])
    if notice.corrects == notice.message_id:
        raise impossible("it corrects itself", "corrects")
    if isinstance(notice, Birth) and sex_of(notice.number("child")) != notice.sex:
        raise impossible("the child's number is one of the other sex", "sex")


def field_of(text: str) -> str:
    """The field that msgspec names, without any value: ``$.child`` is ``child``."""
    _, _, path = text.rpartition(" - at `$.")
    name = path.rstrip("`")
    if name.isidentifier():
        return name
    missing = text.partition("missing required field `")[2].partition("`")[0]
    return missing if missing.isidentifier() else ""


def not_read(why: str, field: str) -> WebError:
    return WebError(
        425,
        f"this is no notice of the format {VERSION}: {why}.",
        "Compare it with docs/reference/civil-notices.md and send it again.",
        (field,) if field else (),
    )


def impossible(why: str, field: str) -> WebError:
    return WebError(426, f"the notice cannot be: {why}.", "Correct it at its sender.", (field,))


def written(notice: Notice) -> str:
    """A notice as a line of JSON, its fields in one order."""
    return msgspec.json.encode(notice).decode()


def json_schema() -> Mapping[str, Any]:
    """JSON Schema of a notice."""
    return msgspec.json.schema(Message)
