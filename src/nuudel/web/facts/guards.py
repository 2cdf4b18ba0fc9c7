"""What keeps facts as they were entered: triggers for everybody, closed partitions, one way to erase."""

from collections.abc import Iterator

from nuudel.ledger.schema import FIELDS, PLACE_COLUMNS, Fact
from nuudel.web.facts.tables import OWN_COLUMNS, TYPES, ids_of, superseded_of, table_of

# What an erasure makes empty, and what it makes coarse; see ``ledger.erasure.coarse``.
EMPTIED = ("pseudonym", "group")
PERIOD = ("start", "end")


def coarsened(fact: Fact) -> tuple[str, ...]:
    """The columns that an erasure writes anew."""
    return (*PERIOD, *PLACE_COLUMNS[fact], "fingerprint")


REFUSE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A fact is never changed: correct it by a new fact that supersedes it.'
    USING ERRCODE = 'restrict_violation';
END $$;
"""

# Row triggers are inherited by every partition; that against TRUNCATE is made with each partition.
KEEP = """
CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('nuudel.erasing', true) = '{table}'
     AND OLD.pseudonym IS NOT NULL AND NEW.pseudonym IS NULL AND NEW."group" IS NULL
     AND ROW({unchanged_old}) IS NOT DISTINCT FROM ROW({unchanged_new}) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A fact is never changed: correct it by a new fact that supersedes it.'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_keep();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} EXECUTE FUNCTION ledger_refuse();
CREATE FUNCTION {ids}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('nuudel.erasing', true) = '{table}' AND NEW.id = OLD.id THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'The id of a fact is never changed.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {ids}_keep BEFORE UPDATE OR DELETE ON {ids} FOR EACH ROW EXECUTE FUNCTION {ids}_keep();
CREATE TRIGGER {ids}_whole BEFORE TRUNCATE ON {ids} EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {superseded}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {superseded}
EXECUTE FUNCTION ledger_refuse();
"""

# Only who may erase gets here: the policies of the table ask for it, the owner not excepted.
ERASE = """
CREATE FUNCTION {table}_erase(ids uuid[], {parameters}) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE erased bigint;
BEGIN
  PERFORM set_config('nuudel.erasing', '{table}', true);
  WITH given AS (SELECT * FROM unnest(ids, {arrays}) AS g(id, {names})), changed AS (
    UPDATE {table} kept SET pseudonym = NULL, "group" = NULL, {assignments}
    FROM given WHERE kept.id = given.id AND kept.pseudonym IS NOT NULL RETURNING kept.id
  ) UPDATE {ids} known SET fingerprint = given.fingerprint
    FROM given JOIN changed USING (id) WHERE known.id = given.id;
  GET DIAGNOSTICS erased = ROW_COUNT;
  PERFORM set_config('nuudel.erasing', '', true);
  IF erased > 0 THEN INSERT INTO ledger_erasure (facts) VALUES (erased); END IF;
  RETURN erased;
END $$;
REVOKE EXECUTE ON FUNCTION {table}_erase FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {table}_erase TO nuudel_app;
"""

# A partition is reached through its table alone: row-level security without a policy shows nobody anything.
PARTITION = """
CREATE FUNCTION ledger_close_partition(part text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE format('REVOKE ALL ON %I FROM nuudel_app', part);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I EXECUTE FUNCTION ledger_refuse()',
                 part || '_whole', part);
END $$;

-- Make the partitions of some years where they are missing; how many were made. A year of which there are
-- facts in the default partition already stays there: facts are not moved.
CREATE FUNCTION ledger_make_partitions(first_year int, last_year int) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE made int := 0; year int; fact text; part text;
BEGIN
  IF first_year < 1970 OR last_year > 2199 THEN
    RAISE EXCEPTION 'The years lie between 1970 and 2199.';
  END IF;
  FOREACH fact IN ARRAY ARRAY[{facts}] LOOP
    IF to_regclass(fact || '_other') IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', fact || '_other', fact);
      PERFORM ledger_close_partition(fact || '_other');
    END IF;
    FOR year IN first_year .. last_year LOOP
      part := fact || '_' || year;
      CONTINUE WHEN to_regclass(part) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, fact,
                       make_date(year, 1, 1), make_date(year + 1, 1, 1));
        PERFORM ledger_close_partition(part);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN NULL;
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_make_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_make_partitions TO nuudel_app;
"""


def unchanged(fact: Fact) -> list[str]:
    names = [*(field.name for field in FIELDS[fact]), *OWN_COLUMNS]
    return [name for name in names if name not in (*EMPTIED, *coarsened(fact))]


def create() -> Iterator[str]:
    """The statements that make triggers and functions."""
    yield REFUSE
    types = {field.name: TYPES[field.form] for fact in Fact for field in FIELDS[fact]} | {
        "fingerprint": "bigint"
    }
    for fact in Fact:
        names = {"table": table_of(fact), "ids": ids_of(fact), "superseded": superseded_of(fact)}
        kept, written = unchanged(fact), coarsened(fact)
        yield KEEP.format(
            unchanged_old=", ".join(f'OLD."{name}"' for name in kept),
            unchanged_new=", ".join(f'NEW."{name}"' for name in kept),
            **names,
        )
        yield ERASE.format(
            parameters=", ".join(f"new_{name} {types[name]}[]" for name in written),
            arrays=", ".join(f"new_{name}" for name in written),
            names=", ".join(f'"{name}"' for name in written),
            assignments=", ".join(f'"{name}" = given."{name}"' for name in written),
            **names,
        )
    yield PARTITION.format(facts=", ".join(f"'{table_of(fact)}'" for fact in Fact))


def remove() -> Iterator[str]:
    """The statements that remove them; the tables must go first."""
    for fact in Fact:
        yield f"DROP FUNCTION {table_of(fact)}_keep(), {ids_of(fact)}_keep(), {table_of(fact)}_erase;"
    yield "DROP FUNCTION ledger_refuse(), ledger_make_partitions, ledger_close_partition;"
