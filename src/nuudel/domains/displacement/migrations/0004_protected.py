"""Row-level security, no change without its audit entry, encrypted columns: the tables of rounds."""

from django.db import migrations

from nuudel.web.access.row_security import protect
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

TABLES: dict[str, str] = {}
ENCRYPTED: tuple[str, ...] = ()


class Migration(migrations.Migration):
    dependencies = [
        ("displacement", "0003_rounds"),
    ]
    operations = [
        *(protect(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(audited(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(rotated(f"displacement_{table}") for table in ENCRYPTED),
    ]
