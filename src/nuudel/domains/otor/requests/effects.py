"""What follows from a step: days are noted; the receiving soum reaches the household while it is there."""

from django.utils.timezone import localdate

from nuudel.domains.otor.households.record_types import HOUSEHOLD
from nuudel.domains.otor.models import OtorRequest
from nuudel.domains.otor.requests.states import HERE, REQUEST
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.states import CHANGED


def request(user: User, record: OtorRequest, action: str) -> None:
    """The shell's entrance, after the record is saved."""
    noted = days_of(record, action)
    if noted:
        for name, value in noted.items():
            setattr(record, name, value)
        record.save(update_fields=[*noted, "changed_at"])
    step = REQUEST.step(action)
    # Other steps leave the household where it is: the host's office may take them without its record.
    if step is not None and set(HERE) & {*step.start, step.end}:
        move_household(user, record)


def days_of(record: OtorRequest, action: str) -> dict[str, object]:
    """The fields that a step fills or empties."""
    today = localdate()
    steps: dict[str, dict[str, object]] = {
        "accept": {"answered_on": today},
        "accept_above_capacity": {"answered_on": today},
        "refuse": {"answered_on": today},
        "sign_host": {"host_signed_on": today},
        "sign_home": {"home_signed_on": today},
        "reopen_terms": {"host_signed_on": None, "home_signed_on": None},
        "arrive": {"arrived_on": record.arrived_on or today},
        "arrive_without_permit": {"arrived_on": record.arrived_on or today, "without_permit": True},
        "extend": {"last_day": record.extend_until, "extend_until": None},
        "refuse_extension": {"extend_until": None},
        "leave": {"left_on": record.left_on or today},
        "take_back_arrival": {"arrived_on": None},
        "take_back_arrival_without_permit": {"arrived_on": None, "without_permit": False},
        "take_back_departure": {"left_on": None},
    }
    return steps.get(action, {})


def move_household(user: User, record: OtorRequest) -> None:
    """Whoever receives the household reaches its record as long as it is there, and no longer."""
    [household] = records.locked(HOUSEHOLD, [record.household_id])
    there = record.place if record.state in HERE else ""
    mine = there != "" or household.other_place == record.place
    if mine and household.other_place != there:
        before = {"other_place": household.other_place}
        household.other_place = there
        records.follow(user, HOUSEHOLD, household, CHANGED, before=before)
