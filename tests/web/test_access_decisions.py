"""The application's decisions and the database's policies are written apart: here they must say the same.

A table like any register's, every role with every scope at several places and institutions, and rows of all
of them. Then what somebody could try with the application's own connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, connections, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuudel.web.access import decisions
from nuudel.web.access.context import acting
from nuudel.web.access.models import PermissionRow, Place, Protected
from nuudel.web.access.roles import Permission, Role, Scope
from nuudel.web.access.row_security import protect
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, user_with

TYPE = "test.paper"
SOUM, OTHER_SOUM = "MN8101", "MN8104"
PLACES = ("MN11", "MN81", SOUM, "MN-unknown", "")
OFFICES = ("north", "south")


class Paper(Protected):
    """A record of a register that only this test has."""

    class Meta:
        app_label = "access"
        db_table = "test_paper"


@pytest.fixture(scope="module")
def papers(database: Addresses) -> list[User]:
    """The table under row-level security, and a row by each of two makers at each place and office."""
    owner = connections["owner"]
    with owner.schema_editor() as editor:
        editor.create_model(Paper)
    with owner.cursor() as cursor:
        cursor.execute(protect("test_paper", TYPE).sql)
    for soum in (SOUM, OTHER_SOUM):
        Place.objects.using("owner").create(code=soum, parent="MN81", level="soum", path=["MN", "MN81", soum])
    makers = [user_with(), user_with()]
    with without_policies():
        for maker, place, office in product(
            makers, ("MN11", "MN81", SOUM, OTHER_SOUM, "MN-unknown"), OFFICES
        ):
            row = Paper(place=place, institution_id=institution(office).pk, created_by_id=maker.pk)
            row.save(using="owner")
        # Rows that concern a second place, and rows that are about somebody else than their maker.
        for other_place, holder in product(("", SOUM, "MN11", "MN-unknown"), makers):
            Paper(
                place=OTHER_SOUM,
                other_place=other_place,
                institution_id=institution(OFFICES[0]).pk,
                created_by_id=makers[0].pk,
                holder_id=holder.pk,
            ).save(using="owner")
    return makers


@pytest.fixture(autouse=True)
def declared(papers: list[User], monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Permission, ...]]:
    table: dict[str, tuple[Permission, ...]] = {}
    monkeypatch.setattr(decisions, "permission_tables", lambda: table)
    return table


def declare(table: dict[str, Any], *permissions: Permission) -> None:
    """Tell the application and the database the same."""
    table[TYPE] = permissions
    rows = PermissionRow.objects.using("owner").filter(record_type=TYPE)
    rows.delete()
    PermissionRow.objects.using("owner").bulk_create(
        PermissionRow(record_type=TYPE, role=r, kind=k, scope=s)
        for r, k, s in sorted({(p.role, p.kind, p.scope) for p in permissions})
    )


def database_reads(user: User | None) -> set[int]:
    with acting(user, "test"):
        return set(Paper.objects.values_list("pk", flat=True))


@contextmanager
def without_policies() -> Iterator[None]:
    """The owner sees all rows meanwhile."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE test_paper NO FORCE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE test_paper FORCE ROW LEVEL SECURITY")


def application_reads(user: User) -> tuple[set[int], set[int]]:
    """By the condition on rows and by the question about each row; both without the database's help."""
    everything = Paper.objects.using("owner")
    with without_policies():
        by_rows = set(decisions.visible(everything.all(), user, TYPE).values_list("pk", flat=True))
        by_each = {paper.pk for paper in everything.all() if decisions.may(user, TYPE, "read", paper)}
    return by_rows, by_each


def can_change(user: User, pk: int) -> bool:
    """Whether the database lets a user change a row; nothing is kept."""
    try:
        with acting(user, "test"):
            changed = Paper.objects.filter(pk=pk).update(place=models.F("place")) == 1
            transaction.set_rollback(True)
            return changed
    except DatabaseError:
        return False


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("role", list(Role))
def test_both_say_the_same_for_every_role_and_scope(
    declared: dict[str, Any], papers: list[User], role: Role, scope: Scope
) -> None:
    declare(declared, Permission(role, "read", scope))
    for place, office in product(PLACES, OFFICES):
        user = user_with(role, place=place, at=institution(office))
        by_rows, by_each = application_reads(user)
        assert database_reads(user) == by_rows == by_each, (place, office)
    stranger = user_with(next(other for other in Role if other != role))
    assert database_reads(stranger) == set() == application_reads(stranger)[0]


PERMISSION = st.builds(
    Permission,
    st.sampled_from(list(Role)),
    st.sampled_from(["read", "export", "write"]),
    st.sampled_from(list(Scope)),
)
POSTING = st.tuples(st.sampled_from(list(Role)), st.sampled_from(PLACES), st.sampled_from(OFFICES))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(permissions=st.lists(PERMISSION, max_size=6), postings=st.lists(POSTING, min_size=1, max_size=3))
def test_both_say_the_same_for_any_table_and_any_postings(
    declared: dict[str, Any],
    papers: list[User],
    permissions: list[Permission],
    postings: list[tuple[Role, str, str]],
) -> None:
    # The database does not tell reading from exporting; the application asks for the action first.
    permissions = [p for p in permissions if p.action != "export"]
    declare(declared, *permissions)
    user = user_with()
    for role, place, office in postings:
        user.postings.using("owner").create(
            user_id=user.pk, role=role, place=place, institution_id=institution(office).pk
        )
    user = User.objects.get(pk=user.pk)
    by_rows, by_each = application_reads(user)
    assert database_reads(user) == by_rows == by_each


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.INSTITUTION, Scope.PLACE, Scope.INSTITUTION_PLACE])
def test_what_a_scope_reaches_is_all_that_can_be_changed(declared: dict[str, Any], scope: Scope) -> None:
    declare(
        declared, Permission(Role.REGISTRAR, "read", Scope.ALL), Permission(Role.REGISTRAR, "write", scope)
    )
    user = user_with(Role.REGISTRAR, place="MN81", at=institution("north"))
    with without_policies():
        rows = list(Paper.objects.using("owner").all())
    answers = [(can_change(user, paper.pk), decisions.may(user, TYPE, "write", paper)) for paper in rows]
    assert [database for database, _ in answers] == [application for _, application in answers]
    assert any(database for database, _ in answers)


def test_with_no_context_there_are_no_rows(declared: dict[str, Any]) -> None:
    declare(declared, *(Permission(role, "read", Scope.ALL) for role in Role))
    assert not Paper.objects.exists()
    assert database_reads(None) == set()
    assert len(database_reads(user_with(Role.ANALYST))) == 28


def test_a_row_cannot_be_put_where_one_may_not_write(declared: dict[str, Any]) -> None:
    declare(declared, Permission(Role.REGISTRAR, "write", Scope.INSTITUTION_PLACE))
    user = user_with(Role.REGISTRAR, place="MN81", at=institution("north"))
    with pytest.raises(ProgrammingError, match="row-level security"), acting(user, "test"):
        Paper.objects.create(place="MN11", institution=institution("north"), created_by=user)
    with pytest.raises(ProgrammingError, match="row-level security"), acting(user, "test"):
        Paper.objects.create(place="MN81", institution=institution("south"), created_by=user)


def test_a_posting_that_is_over_or_an_account_that_is_closed_reaches_nothing(
    declared: dict[str, Any],
) -> None:
    declare(declared, Permission(Role.ANALYST, "read", Scope.ALL))
    user = user_with(Role.ANALYST)
    assert database_reads(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not database_reads(user)
    other = user_with(Role.ANALYST)
    other.postings.using("owner").update(valid_from="2001-01-01", valid_to="2002-01-01")
    assert not database_reads(other)


FORBIDDEN = (
    "ALTER TABLE test_paper DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE test_paper NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY test_paper_read ON test_paper",
    "CREATE POLICY mine ON test_paper USING (true)",
    "ALTER POLICY test_paper_read ON test_paper USING (true)",
    "SET ROLE nuudel_owner",
    "SET ROLE nuudel_backup",
    "SET SESSION AUTHORIZATION nuudel_owner",
    "ALTER ROLE nuudel_app BYPASSRLS",
    "GRANT nuudel_owner TO nuudel_app",
    "CREATE OR REPLACE FUNCTION nuudel_user() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    "DELETE FROM test_paper",
    "TRUNCATE test_paper",
    "TRUNCATE accounts_posting CASCADE",
    "DROP TRIGGER posting_guarded ON accounts_posting",
    "ALTER TABLE accounts_posting DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (x int)",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_cannot_take_the_guards_away(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_turning_the_policies_off_for_a_session_is_an_error_not_a_way_in(declared: dict[str, Any]) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL row_security = off; SELECT count(*) FROM test_paper")


def test_nobody_gives_roles_but_who_may(declared: dict[str, Any]) -> None:
    from nuudel.web.accounts.models import Posting

    boss, clerk = user_with(Role.ADMINISTRATOR), user_with(Role.REGISTRAR)
    declare(declared, Permission(Role.ADMINISTRATOR, "read", Scope.ALL))
    for who in (None, clerk):
        with pytest.raises(DatabaseError, match="WEB-126"), acting(who, "test"):
            Posting.objects.create(user=clerk, role=Role.ADMINISTRATOR, institution=institution())
        with pytest.raises(DatabaseError, match="WEB-126"), acting(who, "test"):
            Posting.objects.filter(user=clerk).update(role=Role.ADMINISTRATOR)
    with acting(boss, "test"):
        Posting.objects.create(user=clerk, role=Role.ANALYST, institution=institution())
        transaction.set_rollback(True)


def test_what_is_typed_reaches_the_setting_only_as_a_value(declared: dict[str, Any]) -> None:
    """A name that looks like SQL stays a name; the number of the user is never put together from text."""
    victim = user_with(Role.ADMINISTRATOR)
    name = f"x'); SELECT set_config('nuudel.user', '{victim.pk}', true); --"
    thief = user_with(Role.CITIZEN, name=name)
    with acting(thief, name):
        list(User.objects.filter(name=name))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('nuudel.user')")
            assert cursor.fetchone() == (str(thief.pk),)


def test_what_is_no_number_as_user_reaches_nothing(declared: dict[str, Any]) -> None:
    declare(declared, *(Permission(role, "read", Scope.ALL) for role in Role))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nuudel.user', '1 OR true', true); SELECT count(*) FROM test_paper")
