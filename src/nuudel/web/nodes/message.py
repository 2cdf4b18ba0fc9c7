"""At the centre: what holds while one message of a node is taken, and is looked up once for all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.nodes.models import Node
from nuudel.web.nodes.wire import Names


class Message:
    """A message of a node: its people, its places and its institutions.

    Each operation runs in a transaction of its own. What administrators alone change, and what the database's
    row-level security looks up anew in any case, is not asked again for each of them.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.people: dict[int, User | None] = {}
        self.paths: dict[str, list[str]] = {}
        self.below: dict[str, list[str]] = {}

    @cached_property
    def names(self) -> Names:
        """Institutions by their codes."""
        return Names(at_node=False)

    def person(self, number: int) -> User | None:
        """The person of a number, where there is one."""
        if number not in self.people:
            self.people[number] = User.objects.filter(pk=number).first()
        return self.people[number]

    @contextmanager
    def acting(self, person: User | None) -> Iterator[None]:
        """One transaction in a person's name, by way of the node."""
        with acting(person, f"node {self.node}") as context:
            context.paths, context.below = self.paths, self.below
            yield
