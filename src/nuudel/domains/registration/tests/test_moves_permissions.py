"""Who may do what with moves, role by role, and that every state, step and field has its words."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from nuudel.domains.registration import models
from nuudel.domains.registration.moves import codes, states
from nuudel.domains.registration.moves.permissions import DECIDING, GRANTS
from nuudel.domains.registration.moves.record_types import MOVE, RECORD_TYPES
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_moves import family, now, offices, reported, step
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role, Scope
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.testing import user_with
from nuudel.web.words import LANGUAGES, messages

WORKING = [role for role in Role if role not in (Role.REGISTRAR, Role.CITIZEN, Role.SERVICE)]


def holders(key: str, action: str) -> set[tuple[Role, Scope]]:
    return {(grant.role, grant.scope) for grant in GRANTS[key] if grant.action == action}


def test_registrars_work_at_their_place_and_citizens_with_their_own() -> None:
    registrar, citizen = (Role.REGISTRAR, Scope.PLACE), (Role.CITIZEN, Scope.OWN)
    for action in DECIDING:
        assert holders(MOVE.key, action) == {registrar}
    assert holders(MOVE.key, "appeal") == {citizen}
    for action in ("report", "withdraw", "send_papers", "comment"):
        assert holders(MOVE.key, action) == {registrar, citizen}
    # The shell's empty form knows no household: a move is made by its report alone.
    assert {role for role, _ in holders(MOVE.key, "create")} == {Role.SERVICE}


def test_every_step_is_somebodys() -> None:
    for transition in states.MOVE.transitions:
        assert holders(MOVE.key, transition.action), transition.action


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_step_field_and_code_has_its_words(lang: str) -> None:
    known = messages(lang)
    for record_type in RECORD_TYPES:
        wanted = [f"state_{name}" for name in record_type.states.names]
        wanted += [f"action_{step.action}" for step in record_type.states.transitions]
        wanted += [
            "one",
            "many",
            "new",
            "named",
            *record_type.fields,
            *record_type.listed,
            *record_type.filtered,
        ]
        assert [name for name in wanted if record_type.words(name) not in known] == []
    lists = {"paper_code": codes.PAPERS, "refusal_code": codes.REFUSALS}
    for name, one in lists.items():
        assert [code for code in one if f"registration.{name}.{code}" not in known] == []
    followed = [*states.MOVE.names, "refused_for_good"]
    assert [state for state in followed if f"registration.moves.next.{state}" not in known] == []


def test_codes_of_the_reasons_have_words() -> None:
    choices = models.Move._meta.get_field("reason").choices or ()
    for lang in LANGUAGES:
        assert all(f"registration.reason_code.{code}" in messages(lang) for code, _ in choices)


@pytest.mark.parametrize("role", WORKING)
def test_other_roles_see_no_move(database: Addresses, role: Role) -> None:
    origin, _ = offices()
    move = reported(family(origin))
    user = user_with(role, place=made.ULIASTAI)
    with acting(user, "test"):
        assert not models.Move.objects.filter(pk=move.pk).exists()  # the database's own answer
        assert not records.readable(user, MOVE).exists()


def test_a_citizen_takes_no_step_of_the_office(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    move = reported(people)
    for action in DECIDING:
        with pytest.raises(PermissionDenied):
            step(people.citizen, move, action)
    assert now(move).state == "reported"


def test_the_database_keeps_strangers_from_writing(database: Addresses) -> None:
    origin, _ = offices()
    move = reported(family(origin))
    stranger = user_with(Role.REGISTRAR, place=made.ASGAT)
    with acting(stranger, "test"):
        assert models.Move.objects.filter(pk=move.pk).update(day=move.day) == 0
        move.pk, move.number = new_id(), "26-0000-0000"
        move._state.adding = True
        move.created_by, move.holder = stranger, None
        with pytest.raises(DatabaseError), transaction.atomic():
            move.save(force_insert=True)


def test_a_citizen_reads_the_own_moves_and_no_other(database: Addresses) -> None:
    origin, _ = offices()
    people, others = family(origin), family(origin)
    mine, theirs = reported(people), reported(others)
    with acting(people.citizen, "test"):
        seen = set(records.readable(people.citizen, MOVE).values_list("pk", flat=True))
    assert mine.pk in seen
    assert theirs.pk not in seen
