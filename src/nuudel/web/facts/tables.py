"""The ledger's tables in PostgreSQL, derived from its own list of columns (``ledger.schema.FIELDS``).

For each kind of fact three tables: the facts, partitioned by the year of recording; their ids, which stay
unique over all partitions; and the ids that have been superseded, each once. Texts of SQL hold no value of
a user's: all of them are made of the schema's names.
"""

from collections.abc import Iterator, Mapping

from nuudel.ledger.schema import FIELDS, Fact, Field, Form

TYPES: Mapping[Form, str] = {
    Form.ID: "uuid",
    Form.CODE: "text",
    Form.WORD: "text",
    Form.TEXT: "text",
    Form.DATE: "date",
    Form.INSTANT: "timestamp",  # UTC, as the core stores it
    Form.COUNT: "integer",
    Form.AGE: "smallint",
    Form.NUMBER: "double precision",
}
OWN_COLUMNS = {
    "fingerprint": "bigint NOT NULL",
    # The order of entry: a fact's is above that of the fact it supersedes.
    "entry": "bigint NOT NULL DEFAULT nextval('ledger_entry')",
    # The transaction: what one snapshot has seen, the next need not read.
    "entered_in": "xid8 NOT NULL DEFAULT pg_current_xact_id()",
}
ALWAYS = ("id", "recorded_at")


def table_of(fact: Fact) -> str:
    return f"ledger_{fact.value}"


def ids_of(fact: Fact) -> str:
    return f"ledger_{fact.value}_id"


def superseded_of(fact: Fact) -> str:
    return f"ledger_{fact.value}_superseded"


def names_of(fact: Fact) -> tuple[str, ...]:
    """The columns that a fact is written with, in order."""
    return (*(field.name for field in FIELDS[fact]), "fingerprint")


def quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def column(field: Field) -> str:
    """A column's definition; what has a default is never empty."""
    filled = field.required or field.default is not None or field.name in ALWAYS
    return f'"{field.name}" {TYPES[field.form]}{" NOT NULL" if filled else ""}'


def columns(fact: Fact) -> dict[str, str]:
    """Every column of a kind's table with its type, without what is said of it further."""
    own = {name: definition.split()[0] for name, definition in OWN_COLUMNS.items()}
    return {field.name: TYPES[field.form] for field in FIELDS[fact]} | own


SHARED = """
CREATE SEQUENCE ledger_entry CACHE 1;
CREATE TABLE ledger_series (
  key text PRIMARY KEY,
  source text NOT NULL,
  fact text NOT NULL,
  durations text[] NOT NULL,
  concept jsonb NOT NULL
);
CREATE TABLE ledger_erasure (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  erased_at timestamptz NOT NULL DEFAULT now(),
  facts bigint NOT NULL
);
-- One row for each statement that entered facts: what the audit must have an entry of, at no cost per fact.
CREATE TABLE ledger_posting (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entered_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
  fact text NOT NULL,
  facts bigint NOT NULL
);
REVOKE ALL ON ledger_series, ledger_erasure, ledger_posting FROM nuudel_app;
GRANT SELECT, INSERT, UPDATE (durations, concept) ON ledger_series TO nuudel_app;
GRANT SELECT ON ledger_erasure TO nuudel_app;
"""

FACTS = """
CREATE TABLE {ids} (id uuid PRIMARY KEY, fingerprint bigint NOT NULL);
CREATE TABLE {superseded} (id uuid PRIMARY KEY REFERENCES {ids});
CREATE TABLE {table} (
  {columns},
  PRIMARY KEY (id, recorded_at),
  CHECK (supersedes <> id)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX {table}_entered_in ON {table} (entered_in);
CREATE INDEX {table}_pseudonym ON {table} (pseudonym) WHERE pseudonym IS NOT NULL;
REVOKE ALL ON {ids}, {superseded}, {table} FROM nuudel_app;
GRANT SELECT ON {ids}, {superseded} TO nuudel_app;
GRANT SELECT, INSERT ON {table} TO nuudel_app;
"""

# Nobody enters a fact without its id, or a correction without what it corrects, by whatever way.
ENTERING = """
CREATE FUNCTION {table}_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  -- In the order of ids, so that two who enter the same facts wait for each other and never crosswise.
  INSERT INTO {ids} SELECT id, fingerprint FROM added ORDER BY id;
  INSERT INTO {superseded} SELECT supersedes FROM added WHERE supersedes IS NOT NULL ORDER BY 1;
  INSERT INTO ledger_posting (fact, facts) SELECT '{fact}', count(*) FROM added HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER {table}_enter AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION {table}_enter();
"""


def create() -> Iterator[str]:
    """The statements that make all tables."""
    yield SHARED
    for fact in Fact:
        given = [*map(column, FIELDS[fact]), *(f"{name} {kind}" for name, kind in OWN_COLUMNS.items())]
        names = {"table": table_of(fact), "ids": ids_of(fact), "superseded": superseded_of(fact)}
        yield FACTS.format(columns=",\n  ".join(given), **names)
        yield ENTERING.format(fact=fact.value, **names)


def remove() -> Iterator[str]:
    """The statements that remove them, facts and all."""
    for fact in Fact:
        yield f"DROP TABLE {table_of(fact)}, {superseded_of(fact)}, {ids_of(fact)};"
        yield f"DROP FUNCTION {table_of(fact)}_enter();"
    yield "DROP TABLE ledger_series, ledger_erasure, ledger_posting; DROP SEQUENCE ledger_entry;"
