"""Row-level security, no change without its audit entry, and encrypted columns that can be encrypted anew."""

from django.db import migrations

from nuudel.web.access.row_security import protect
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

TABLES = {
    "person": "person",
    "dwelling": "dwelling",
    "household": "household",
    "residenceevent": "residence",
    "identitydocument": "document",
    "move": "move",
    "movemember": "move_member",
    "movedraft": "move_draft",
    "civilnotice": "notice",
    "noticesfile": "notices_file",
    "pair": "pair",
    "unregisteredhousehold": "unregistered",
    "hold": "hold",
}
"""Tables and the record types whose permissions hold for them."""

ENCRYPTED = (
    "person",
    "identitydocument",
    "move",
    "movedraft",
    "civilnotice",
    "noticesfile",
    "unregisteredhousehold",
)
# What was entered stays: it is reversed, never changed. Whose account reads it follows the person.
ONLY_ADDED = """
REVOKE UPDATE ON registration_residenceevent FROM nuudel_app;
GRANT UPDATE (holder_id) ON registration_residenceevent TO nuudel_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0001_tables"),
        ("access", "0002_row_security"),
        ("audit", "0002_guards"),
    ]
    operations = [
        *(protect(f"registration_{table}", f"registration.{kind}") for table, kind in TABLES.items()),
        *(audited(f"registration_{table}", f"registration.{kind}") for table, kind in TABLES.items()),
        *(rotated(f"registration_{table}") for table in ENCRYPTED),
        migrations.RunSQL(ONLY_ADDED, migrations.RunSQL.noop),
    ]
