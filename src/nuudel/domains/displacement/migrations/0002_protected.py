"""Row-level security, no change without its audit entry, encrypted columns; versions of forms stay as they are."""

from django.db import migrations

from nuudel.web.access.row_security import protect
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

TABLES = {
    "operation": "operation",
    "round": "round",
    "assignment": "assignment",
    "device": "device",
    "form": "form",
    "formversion": "version",
    "formfile": "table",
    "submission": "submission",
    "submissionfile": "file",
}
ENCRYPTED = ("device", "formfile", "submission")
# A version stays as it was sent. The right to one column lets its row be locked.
KEPT = """
REVOKE UPDATE ON displacement_formversion FROM nuudel_app;
GRANT UPDATE (changed_at) ON displacement_formversion TO nuudel_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("displacement", "0001_tables"),
        ("access", "0002_row_security"),
        ("audit", "0002_guards"),
    ]
    operations = [
        *(protect(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(audited(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(rotated(f"displacement_{table}") for table in ENCRYPTED),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
