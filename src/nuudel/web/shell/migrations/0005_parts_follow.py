"""What hangs on records follows their holder, and words in it can be erased; nothing else of it changes."""

from django.db import migrations

from nuudel.web.shell.erased import ERASED

PARTS = {"shell_action": "reason", "shell_comment": "text", "shell_attachment": ""}
FUNCTION = f"""
CREATE FUNCTION nuudel_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) ->> TG_ARGV[0] NOT IN (to_jsonb(OLD) ->> TG_ARGV[0], '{ERASED}') THEN
    RAISE EXCEPTION 'What was said about a record is erased or stays as it is.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION nuudel_only_erased('{words}');
GRANT UPDATE (holder_id, {words}) ON {table} TO nuudel_app;
"""


def opened() -> str:
    """Rights to the columns, and what guards them."""
    grants = [
        TRIGGER.format(table=table, words=words)
        if words
        else f"GRANT UPDATE (holder_id) ON {table} TO nuudel_app;"
        for table, words in PARTS.items()
    ]
    return "\n".join((FUNCTION, *grants))


def closed() -> str:
    """The way back."""
    lines = [f"REVOKE UPDATE ON {table} FROM nuudel_app;" for table in PARTS]
    lines += [f"DROP TRIGGER {table}_only_erased ON {table};" for table, words in PARTS.items() if words]
    return "\n".join((*lines, "DROP FUNCTION nuudel_only_erased();"))


class Migration(migrations.Migration):
    dependencies = [("shell", "0004_holder")]
    operations = [migrations.RunSQL(opened(), closed())]
