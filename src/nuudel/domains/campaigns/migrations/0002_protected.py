"""Row-level security, no change without its audit entry, and encrypted columns that can be encrypted anew."""

from django.db import migrations

from nuudel.web.access.row_security import protect_at_first
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

KINDS = ("campaign", "reach", "training", "participant", "manual")


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_tables"),
        ("access", "0002_row_security"),
        ("audit", "0002_guards"),
    ]
    operations = [
        *(protect_at_first(f"campaigns_{kind}", f"campaigns.{kind}") for kind in KINDS),
        *(audited(f"campaigns_{kind}", f"campaigns.{kind}") for kind in KINDS),
        rotated("campaigns_participant"),
    ]
