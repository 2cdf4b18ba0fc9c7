"""Row-level security in PostgreSQL: the functions and policies that migrations install.

Policies are forced for the owner too. They read the transaction's ``nuudel.user`` and look up the postings
and permissions themselves, so that a fault of the application cannot claim more than a user has.
"""

from collections.abc import Mapping

from django.db import migrations

from nuudel.web.access.roles import Scope

FUNCTIONS = """
CREATE FUNCTION nuudel_user() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('nuudel.user', true), '')::bigint $$;

-- What the acting user may do with records of a type: one row per posting and scope. places is null
-- where the posting names no place, else all codes of it and below.
CREATE FUNCTION nuudel_grants(wanted_type text, wanted_kind text)
RETURNS TABLE (scope text, institution bigint, places text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT permission.scope, posting.institution_id,
         CASE WHEN posting.place = '' THEN NULL
              ELSE ARRAY(SELECT below.code::text FROM access_place below
                         WHERE posting.place = ANY (below.path))
         END
  FROM accounts_posting posting
  JOIN accounts_user person ON person.id = posting.user_id AND person.is_active
  JOIN access_permissionrow permission ON permission.role = posting.role
  WHERE posting.user_id = nuudel_user()
    AND posting.valid_from <= current_date AND (posting.valid_to IS NULL OR posting.valid_to >= current_date)
    AND permission.record_type = wanted_type AND permission.kind = wanted_kind
$$;
"""

REMOVE_FUNCTIONS = "DROP FUNCTION nuudel_grants(text, text); DROP FUNCTION nuudel_user();"

REACHED = f"""EXISTS (
  SELECT 1 FROM nuudel_grants({{record_type}}, '{{kind}}') g WHERE
    g.scope = '{Scope.ALL}'
    OR (g.scope = '{Scope.INSTITUTION}' AND g.institution = institution_id)
    OR (g.scope = '{Scope.PLACE}' AND (g.places IS NULL OR {{at_place}}))
    OR (g.scope = '{Scope.INSTITUTION_PLACE}' AND g.institution = institution_id
        AND (g.places IS NULL OR {{at_place}}))
    OR (g.scope = '{Scope.OWN}' AND {{own}}))"""

NOW = {
    "at_place": "(place = ANY (g.places) OR other_place = ANY (g.places))",
    "own": "(created_by_id = nuudel_user() OR holder_id = nuudel_user())",
}
AT_FIRST = {"at_place": "place = ANY (g.places)", "own": "created_by_id = nuudel_user()"}
"""As it was before rows had a second place and a holder."""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read});
CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({write});
CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write});
REVOKE DELETE, TRUNCATE ON {table} FROM nuudel_app;
"""

NO_POLICIES = """
DROP POLICY {table}_read ON {table};
DROP POLICY {table}_insert ON {table};
DROP POLICY {table}_change ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def second_place(table: str, record_type: str) -> tuple[str, str]:
    """The index by which whoever works at the second place finds a record; parts are found by theirs."""
    if not record_type:
        return "", ""
    name = f"{table}_other_place"
    return f"CREATE INDEX {name} ON {table} (other_place);", f"DROP INDEX {name};"


def protect(table: str, record_type: str = "") -> migrations.RunSQL:
    """Put a table of records under row-level security.

    Parameters
    ----------
    record_type
        The type whose permissions hold; empty for parts of records, whose column ``record_type`` says it.
    """
    made, removed = second_place(table, record_type)
    return migrations.RunSQL(
        policies(table, record_type, NOW) + made, NO_POLICIES.format(table=table) + removed
    )


def protect_at_first(table: str, record_type: str = "") -> migrations.RunSQL:
    """The same for a table of the first migrations, which has no second place and no holder yet."""
    return migrations.RunSQL(policies(table, record_type, AT_FIRST), NO_POLICIES.format(table=table))


def protect_anew(table: str, record_type: str = "") -> migrations.RunSQL:
    """Let a table that was protected at first follow the second place and the holder, which it now has."""
    first = NO_POLICIES.format(table=table)
    made, removed = second_place(table, record_type)
    return migrations.RunSQL(
        first + policies(table, record_type, NOW) + made,
        first + policies(table, record_type, AT_FIRST) + removed,
    )


def policies(table: str, record_type: str, reach: Mapping[str, str]) -> str:
    named = f"'{record_type}'" if record_type else f"{table}.record_type"
    rules = {kind: REACHED.format(record_type=named, kind=kind, **reach) for kind in ("read", "write")}
    return POLICIES.format(table=table, **rules)


def functions() -> migrations.RunSQL:
    """The functions that all policies call."""
    return migrations.RunSQL(FUNCTIONS, REMOVE_FUNCTIONS)
