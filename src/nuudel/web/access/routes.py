"""Who may open a route: each route is named in a ``ROUTES`` table with one of these rules.

The middleware asks the rule before the view runs; a route that no table names is refused.
"""

from collections.abc import Set
from dataclasses import dataclass

from nuudel.web.access.roles import OFFICERS, Role


@dataclass(frozen=True)
class Rule:
    """Who may open a route.

    Attributes
    ----------
    public
        Everybody, also who has not signed in.
    roles
        Where not public: one of these roles; empty: whoever has signed in.
    database
        Whether the view may use the database. Public pages without are served without a transaction.
    record_type
        The view itself asks for the permission on each record of this type.
    """

    public: bool = False
    roles: frozenset[Role] = frozenset()
    database: bool = True
    record_type: str = ""

    def admits(self, signed_in: bool, roles: Set[Role]) -> bool:
        """Whether a person with these roles may open the route."""
        if self.public:
            return True
        return signed_in and (not self.roles or bool(self.roles & roles))


PUBLIC = Rule(public=True)
STATISTICS = Rule(public=True, database=False)
SIGNED_IN = Rule()
OFFICER = Rule(roles=frozenset(OFFICERS))


def of_roles(*roles: Role) -> Rule:
    """Only these roles."""
    return Rule(roles=frozenset(roles))


def of_record(record_type: str) -> Rule:
    """Whoever has signed in; the view asks for the permission on the record."""
    return Rule(record_type=record_type)
