"""What the pages of a household and of a dwelling show: the address, and who lives there."""

from collections.abc import Mapping
from typing import Any

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Dwelling, Household
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.residence.events import members
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types


def household(user: User, found: Household) -> Mapping[str, object]:
    """The panel of a household."""
    people = list(members(found))
    records.note_reading(record_types()[kinds.PERSON], people, NAMED)
    return {
        "household": found,
        "dwelling": found.dwelling,
        "members": people,
        "may_add": found.state == "active" and may(user, kinds.RESIDENCE, "create", found),
    }


def dwelling(user: User, found: Dwelling) -> Mapping[str, object]:
    """The panel of a dwelling: the households in it."""
    rows: Any = records.readable(user, record_types()[kinds.HOUSEHOLD])
    return {"dwelling": found, "households": list(rows.filter(dwelling=found).order_by("-id"))}
