"""Row-level security, no change without its audit entry, and encrypted columns that can be encrypted anew."""

from django.db import migrations

from nuudel.web.access.row_security import protect
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

TABLES = {
    "herderhousehold": "household",
    "livestockcount": "count",
    "camp": "camp",
    "otorrequest": "request",
    "service": "service",
    "conflict": "conflict",
    "mediation": "mediation",
    "message": "message",
    "delivery": "delivery",
    "pasturecapacity": "capacity",
}
"""Tables and the record types whose permissions hold for them."""

ENCRYPTED = ("herderhousehold", "conflict", "mediation")


class Migration(migrations.Migration):
    dependencies = [
        ("otor", "0001_tables"),
        ("access", "0002_row_security"),
        ("audit", "0002_guards"),
    ]
    operations = [
        *(protect(f"otor_{table}", f"otor.{kind}") for table, kind in TABLES.items()),
        *(audited(f"otor_{table}", f"otor.{kind}") for table, kind in TABLES.items()),
        *(rotated(f"otor_{table}") for table in ENCRYPTED),
    ]
