"""What a domain says of each of its record types; the shell does the rest."""

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from nuudel.base.errors import WebError
from nuudel.base.packs import nearest
from nuudel.domains import DOMAINS
from nuudel.ledger.series import Series
from nuudel.web.access.models import Record
from nuudel.web.shell.states import StateTable

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User
    from nuudel.web.shell.forms import RecordForm
    from nuudel.web.shell.models import Action


@dataclass(frozen=True)
class Problem:
    """What is wrong with a record: the field, and a message of the domain with its slots."""

    field: str
    message: str
    slots: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A fact that a record causes: ``row`` as in ``ledger.schema.FIELDS``, with its ``id``."""

    fact: str
    series: Series
    row: Mapping[str, object]


Rules = Callable[[Any, str], Sequence[Problem]]
"""From a record and the action that is to be done to what is wrong."""

Entries = Callable[[Any, "Action", "Sequence[Action]"], Sequence[Entry]]
"""From a record, what was done now and all that was done before, to the facts that this causes."""


Offered = Callable[["User", Any, str], bool]
"""Whether a step is the user's, such as those of the office which decides; the rules refuse it to others."""

Mail = Callable[[Any], tuple[str, str]]
"""From a record to the subject and the first line of a mail about it: without personal data."""

Choosable = Callable[["User", str], Sequence[tuple[str, str]]]
"""Values among which a user may filter a list by a field that has no codes of its own, and their words."""

Effects = Callable[["User", Any, str], None]
"""What follows from an action for other records: the user, the record and the action, once it is saved."""


@dataclass(frozen=True)
class Panel:
    """What a domain shows beside a record: a template, and what it is filled with for a reader.

    Actions that the content names under ``steps`` are taken in the panel; the page shows no button for them.
    """

    template: str
    content: Callable[["User", Any], Mapping[str, object]]


def every_step(user: "User", record: Record, action: str) -> bool:
    """Whoever has the permission is offered the step."""
    return True


def no_effect(user: "User", record: Record, action: str) -> None:
    """Nothing follows."""


def no_problem(record: Record, action: str) -> Sequence[Problem]:
    return ()


def no_entry(record: Record, action: "Action", before: "Sequence[Action]") -> Sequence[Entry]:
    return ()


@dataclass(frozen=True)
class RecordType:
    """One kind of record of a domain.

    Attributes
    ----------
    key
        Domain and kind: ``campaigns.training``; permissions and messages are found by it.
    model, form
        The record and the form in which it is written. The record's ``str`` is what people read in lists
        and titles of pages: in the reader's language, without personal data.
    states
        Its states and steps.
    listed, filtered, searched, exported
        Fields of the list, of its filters (codes), of its search (texts) and of its export.
    personal
        Fields that hold personal data; reading them is audited, and they are never listed or exported.
    parent
        The field that names the record it belongs to, where it is a part of another one.
    parts
        Keys of the record types that belong to this one.
    pages
        Pages of the domain beside the shell's: names of routes and of messages.
    offered
        Whether a step is offered to who has the permission: else it is neither a button nor waiting work.
    choosable
        What lists are filtered by where a field of ``filtered`` names another record.
    first
        A field by which lists are sorted, the highest value first; else the newest stand first.
    rules, effects, entries
        What may be wrong with it, what follows from an action for other records, and which facts it causes.
    made_at
        The route of the domain's own page where such records are made, if not by the shell's form; with
        ``?of=`` of the record they belong to. Programs make none by the interface then.
    made_by_people
        Whether pages show a way to make one; not where only phones and jobs do.
    mail
        What mails say of it before they ask to sign in; those of other types say nothing of the record.
    panel, told_by_panel
        What the domain shows beside the record, if anything, and fields that the page leaves to it.
    """

    key: str
    model: type[Record]
    form: "type[RecordForm]"
    states: StateTable
    listed: tuple[str, ...]
    filtered: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    personal: frozenset[str] = frozenset()
    parent: str = ""
    parts: tuple[str, ...] = ()
    pages: tuple[tuple[str, str], ...] = ()
    made_at: str = ""
    made_by_people: bool = True
    offered: Offered = every_step
    choosable: Choosable | None = None
    first: str = ""
    rules: Rules = no_problem
    effects: Effects = no_effect
    entries: Entries = no_entry
    mail: Mail | None = None
    panel: Panel | None = None
    told_by_panel: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        open_fields = {*self.listed, *self.filtered, *self.searched, *self.exported}
        assert not open_fields & self.personal, f"{self.key} lists or exports personal fields"

    @property
    def domain(self) -> str:
        return self.key.partition(".")[0]

    @property
    def kind(self) -> str:
        return self.key.partition(".")[2]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the form writes, without its own (parent, place)."""
        return tuple(name for name in self.form._meta.fields or () if name != self.parent)

    def words(self, name: str) -> str:
        """The key of a message of this type."""
        return f"{self.domain}.{self.kind}.{name}"


@cache
def record_types() -> Mapping[str, RecordType]:
    """All record types by their keys, in the order of DOMAINS and of each domain's list."""
    found: dict[str, RecordType] = {}
    for name in DOMAINS:
        module = importlib.import_module(f"nuudel.domains.{name}.record_types")
        for record_type in module.RECORD_TYPES:
            assert record_type.domain == name
            found[record_type.key] = record_type
    return found


def record_type_of(domain: str, kind: str) -> RecordType:
    """A record type; ``WEB-211`` where there is none."""
    key = f"{domain}.{kind}"
    found = record_types().get(key)
    if found is None:
        raise WebError(
            211, f"there is no kind of record {key!r}.", f"Name one there is{nearest(key, record_types())}."
        )
    return found
