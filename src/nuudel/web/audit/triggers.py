"""What the database itself insists on: no change without its audit entry, and no change of the audit."""

from django.db import migrations

# Runs as the owner, who alone may read all entries. The time keeps out what another server wrote, under a
# number that happens to be the same, before its data were restored here. It is a sum, so that the index on
# times is never used instead of the one on transactions.
AUDITED_FUNCTION = """
CREATE FUNCTION nuudel_audited() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  wanted text := TG_ARGV[0];
  mine xid8 := pg_current_xact_id();  -- once: as a volatile function in the query it would keep the index out
BEGIN
  IF wanted = '' THEN
    IF TG_OP = 'DELETE' THEN wanted := OLD.record_type; ELSE wanted := NEW.record_type; END IF;
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM audit_auditentry entry
    WHERE entry.transaction = mine
      AND entry.record_type = wanted AND entry.at + interval '1 minute' >= now()
  ) THEN
    RAISE EXCEPTION 'WEB-143: % was changed without an audit entry of %.', TG_TABLE_NAME, wanted
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
"""

AUDITED = """
CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nuudel_audited('{record_type}');
"""

# ENABLE ALWAYS: also for sessions that say they are replicas.
GUARDS = """
CREATE FUNCTION nuudel_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'WEB-144: entries of the audit are neither changed nor removed.'
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION nuudel_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.chain = OLD.chain AND NEW.number > OLD.number THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'WEB-144: a chain of the audit only grows.' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION nuudel_audit_stays();
CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_audithead
  FOR EACH ROW EXECUTE FUNCTION nuudel_head_grows();
CREATE TRIGGER audit_head_stays BEFORE INSERT OR DELETE OR TRUNCATE ON audit_audithead
  FOR EACH STATEMENT EXECUTE FUNCTION nuudel_head_grows();
ALTER TABLE audit_auditentry ENABLE ALWAYS TRIGGER audit_stays;
ALTER TABLE audit_audithead ENABLE ALWAYS TRIGGER audit_head_grows;
ALTER TABLE audit_audithead ENABLE ALWAYS TRIGGER audit_head_stays;

REVOKE ALL ON audit_auditentry, audit_audithead FROM nuudel_app;
GRANT SELECT, INSERT ON audit_auditentry TO nuudel_app;
GRANT SELECT, UPDATE (number, mac, seal) ON audit_audithead TO nuudel_app;

-- An entry is written in the name of who acts, in the transaction that it names.
ALTER TABLE audit_auditentry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditentry FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_auditentry_read ON audit_auditentry FOR SELECT TO nuudel_app
  USING (EXISTS (SELECT 1 FROM nuudel_grants('audit.entry', 'read') g WHERE g.scope = 'all'));
CREATE POLICY audit_auditentry_insert ON audit_auditentry FOR INSERT TO nuudel_app
  WITH CHECK (transaction = pg_current_xact_id() AND user_id IS NOT DISTINCT FROM nuudel_user());
CREATE POLICY audit_auditentry_owner_read ON audit_auditentry FOR SELECT TO nuudel_owner USING (true);
CREATE POLICY audit_auditentry_owner_insert ON audit_auditentry FOR INSERT TO nuudel_owner
  WITH CHECK (transaction = pg_current_xact_id() AND user_id IS NULL);
"""

NO_GUARDS = """
DROP POLICY audit_auditentry_read ON audit_auditentry;
DROP POLICY audit_auditentry_insert ON audit_auditentry;
DROP POLICY audit_auditentry_owner_read ON audit_auditentry;
DROP POLICY audit_auditentry_owner_insert ON audit_auditentry;
DROP TRIGGER audit_stays ON audit_auditentry;
DROP TRIGGER audit_head_grows ON audit_audithead;
DROP TRIGGER audit_head_stays ON audit_audithead;
DROP FUNCTION nuudel_audit_stays(), nuudel_head_grows();
"""

GUARD_TRIGGERS = ("audit_stays", "audit_head_grows", "audit_head_stays")
"""Without them, enabled always, anybody could change the audit; ``verify`` looks for them."""


def audited(table: str, record_type: str = "") -> migrations.RunSQL:
    """Refuse a commit in which a table changed without an audit entry of its record type.

    Parameters
    ----------
    record_type
        The type that the entry must have; empty for parts of records, whose column ``record_type`` says it.
    """
    name = f"{table}_audited"
    return migrations.RunSQL(
        AUDITED.format(name=name, table=table, record_type=record_type), f"DROP TRIGGER {name} ON {table};"
    )


def audited_function() -> migrations.RunSQL:
    """The function that all these triggers call."""
    return migrations.RunSQL(AUDITED_FUNCTION, "DROP FUNCTION nuudel_audited();")


def guards() -> migrations.RunSQL:
    """Rights, policies and triggers of the audit's own tables."""
    return migrations.RunSQL(GUARDS, NO_GUARDS)
