"""Row-level security of facts: who reads a fact is decided by its pseudonym, institution and places.

Facts have no record's columns (institution's number, maker), so that they have policies of their own. What
a policy asks of the acting user is worked out once for a statement and not for each of a million rows.
"""

# ruff: noqa: S608  The texts of SQL are made of the names of the schema alone.

from collections.abc import Iterator

from nuudel.ledger.schema import PLACE_COLUMNS, Fact
from nuudel.web.facts.permissions import COUNTED, FACT, PERSONAL
from nuudel.web.facts.tables import table_of

FUNCTIONS = f"""
CREATE FUNCTION ledger_grants_all(record_type text, kind text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM nuudel_grants(record_type, kind) g WHERE g.scope = 'all') $$;

CREATE FUNCTION ledger_counted_everywhere() RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM nuudel_grants('{COUNTED}', 'read') g
                  WHERE g.scope = 'all' OR (g.scope = 'place' AND g.places IS NULL)) $$;

CREATE FUNCTION ledger_counted_institutions() RETURNS text[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT array_agg(i.code::text) FROM nuudel_grants('{COUNTED}', 'read') g
   JOIN accounts_institution i ON i.id = g.institution WHERE g.scope = 'institution' $$;

CREATE FUNCTION ledger_counted_places() RETURNS text[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT array_agg(DISTINCT place) FROM nuudel_grants('{COUNTED}', 'read') g, unnest(g.places) AS place
   WHERE g.scope = 'place' $$;
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_read ON {table} FOR SELECT USING (
  (SELECT ledger_grants_all('{personal}', 'read'))
  OR (SELECT ledger_grants_all('{personal}', 'write'))
  OR (pseudonym IS NULL AND (
    (SELECT ledger_counted_everywhere())
    OR institution = ANY ((SELECT ledger_counted_institutions())::text[])
    OR {at_place})));
CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK (
  entered_in = pg_current_xact_id() AND (SELECT ledger_grants_all('{fact}', 'write')));
CREATE POLICY {table}_erase ON {table} FOR UPDATE
  USING ((SELECT ledger_grants_all('{personal}', 'write')))
  WITH CHECK ((SELECT ledger_grants_all('{personal}', 'write')));
"""


def create() -> Iterator[str]:
    """The statements that put all kinds of fact under row-level security."""
    yield FUNCTIONS
    for fact in Fact:
        places = [f"{name} = ANY ((SELECT ledger_counted_places())::text[])" for name in PLACE_COLUMNS[fact]]
        yield POLICIES.format(
            table=table_of(fact), personal=PERSONAL, fact=FACT, at_place=" OR ".join(places)
        )


def remove() -> Iterator[str]:
    """The statements that remove the functions; the tables take their policies with them."""
    yield (
        "DROP FUNCTION ledger_grants_all(text, text), ledger_counted_everywhere(), "
        "ledger_counted_institutions(), ledger_counted_places();"
    )
