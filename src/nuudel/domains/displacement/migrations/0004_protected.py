"""Row-level security, no change without its audit entry, encrypted columns: the tables of rounds."""

from django.db import migrations

from nuudel.web.access.row_security import NOW, REACHED, protect
from nuudel.web.audit.triggers import audited
from nuudel.web.protection.policies import rotated

TABLES: dict[str, str] = {
    "team": "team",
    "member": "member",
    "framearea": "area",
    "informant": "informant",
    "flag": "flag",
    "limit": "limit",
    "alertrule": "alert_rule",
    "alert": "alert",
    "entity": "entity",
}
ENCRYPTED: tuple[str, ...] = ("team", "informant", "entity", "submissionfile")
RUNS = REACHED.format(record_type="'displacement.informant'", kind="write", **NOW)
# Of the informants of their institution, enumerators see those in the areas of their own assignments, as long
# as the round is open.
COVERED = f"""
CREATE POLICY displacement_informant_covered ON displacement_informant AS RESTRICTIVE FOR SELECT TO nuudel_app
USING ({RUNS}
  OR EXISTS (SELECT 1 FROM nuudel_grants('displacement.informant', 'read') g WHERE g.scope = 'all')
  OR EXISTS (
    SELECT 1 FROM displacement_assignment assigned
    JOIN displacement_round around ON around.id = assigned.round_id
    JOIN access_place covered ON covered.code = displacement_informant.place
    WHERE assigned.holder_id = nuudel_user() AND assigned.state = 'active' AND around.state = 'open'
      AND around.operation_id = displacement_informant.operation_id
      AND assigned.place = ANY (covered.path)));
"""  # noqa: S608  of our own constants
UNCOVERED = "DROP POLICY displacement_informant_covered ON displacement_informant;"


class Migration(migrations.Migration):
    dependencies = [
        ("displacement", "0003_rounds"),
    ]
    operations = [
        *(protect(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(audited(f"displacement_{table}", f"displacement.{kind}") for table, kind in TABLES.items()),
        *(rotated(f"displacement_{table}") for table in ENCRYPTED),
        migrations.RunSQL(COVERED, UNCOVERED),
    ]
