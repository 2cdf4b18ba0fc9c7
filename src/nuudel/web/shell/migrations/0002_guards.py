"""What hangs on records is under row-level security, audited, and only added to."""

from django.db import migrations

from nuudel.web.access.row_security import protect_at_first
from nuudel.web.audit.triggers import audited

PARTS = ("shell_action", "shell_comment", "shell_attachment")
ONLY_ADDED = "\n".join(f"REVOKE UPDATE ON {table} FROM nuudel_app;" for table in PARTS)


class Migration(migrations.Migration):
    dependencies = [("shell", "0001_initial"), ("access", "0002_row_security"), ("audit", "0001_initial")]
    operations = [
        *(protect_at_first(table) for table in PARTS),
        *(audited(table) for table in PARTS),
        migrations.RunSQL(ONLY_ADDED, migrations.RunSQL.noop),
    ]
