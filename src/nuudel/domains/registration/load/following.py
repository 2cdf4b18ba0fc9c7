"""What follows from the rows of a load, made in the database: the opening events, the histories."""

# ruff: noqa: S608  The texts of SQL are made of the names of tables alone.

from datetime import date
from typing import Any
from uuid import UUID

from nuudel.domains.registration import kinds

# An id in the same order as that of the record it belongs to: its time, and other random digits.
OWN_ID = "(left({row}.id::text, 18) || substr(gen_random_uuid()::text, 19))::uuid"

EVENTS = f"""
INSERT INTO registration_residenceevent
  (id, place, other_place, institution_id, created_by_id, holder_id, created_at, person_id, household_id,
   dwelling_id, bagh, kind, direction, day, cause_type, cause_id, reverses_id, synthetic)
SELECT {OWN_ID.format(row="person")}, person.place, '', person.institution_id, person.created_by_id, NULL,
  person.created_at, person.id, household.id, household.dwelling_id, household.bagh, 'opening', 1,
  greatest(person.birth_date, %(day)s), %(cause_type)s, %(cause_id)s, NULL, person.synthetic
FROM registration_person person JOIN registration_household household ON household.id = person.household_id
"""

HISTORY = f"""
INSERT INTO shell_action
  (id, place, other_place, institution_id, created_by_id, holder_id, created_at, record_type, record_id,
   number, action, state, reason, changes)
SELECT {OWN_ID.format(row="loaded")}, loaded.place, '', loaded.institution_id, loaded.created_by_id,
  loaded.created_by_id, loaded.created_at, %(record_type)s, loaded.id, 1, 'create', loaded.state,
  %(reason)s, '{{{{}}}}'
FROM {{table}} loaded
"""

KINDS = {
    "registration_dwelling": kinds.DWELLING,
    "registration_household": kinds.HOUSEHOLD,
    "registration_person": kinds.PERSON,
}
"""Tables of records that get a history, and their record types."""

CAUSE = "registration.load"


def make_events(cursor: Any, day: date, load_id: UUID) -> int:
    """Everybody begins to live where the files say: one ``opening`` event a person; how many."""
    cursor.execute(EVENTS, {"day": day, "cause_type": CAUSE, "cause_id": load_id})
    return int(cursor.rowcount)


def make_histories(cursor: Any, reason: str) -> int:
    """The first action of each record, so that its state is the fold of its actions; how many."""
    total = 0
    for table, record_type in KINDS.items():
        cursor.execute(HISTORY.format(table=table), {"record_type": record_type, "reason": reason})
        total += cursor.rowcount
    return total
