"""What the application of a notice changed, kept with it so that it can be taken back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from nuudel.domains.registration.models import Person

Value = str | None


@dataclass
class Done:
    """What was changed, in the order in which it was.

    Attributes
    ----------
    changed
        Fields of persons: the person, and each field's value before and after.
    made
        Persons that entered the register.
    died
        Persons who are dead since.
    events
        Events of residence.
    expired, asked
        Documents that ended, and those that were asked for in place of others.
    """

    changed: list[tuple[UUID, Mapping[str, tuple[Value, Value]]]] = field(default_factory=list)
    made: list[UUID] = field(default_factory=list)
    died: list[UUID] = field(default_factory=list)
    events: list[UUID] = field(default_factory=list)
    expired: list[UUID] = field(default_factory=list)
    asked: list[UUID] = field(default_factory=list)

    def note(self, person: Person, before: Mapping[str, Value]) -> None:
        """Keep what a person's fields were and are."""
        self.changed.append((person.pk, {name: (old, getattr(person, name)) for name, old in before.items()}))

    def written(self) -> str:
        return json.dumps(vars(self), default=str, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Done":
        kept = json.loads(text)
        changed: list[tuple[UUID, Mapping[str, tuple[Value, Value]]]] = [
            (UUID(key), {name: (old, new) for name, (old, new) in fields.items()})
            for key, fields in kept.pop("changed")
        ]
        return cls(changed, **{name: [UUID(key) for key in keys] for name, keys in kept.items()})
