"""Enumerators read lists of operations that they collect for; moments that no calendar of ours has are refused."""

from django.db import migrations

from nuudel.web.access.row_security import NOW, REACHED

RUNS = REACHED.format(record_type="'displacement.entity'", kind="write", **NOW)
# A list may name people. Who collects sees those of operations with an own assignment in an open round.
COLLECTED = f"""
CREATE POLICY displacement_entity_collected ON displacement_entity AS RESTRICTIVE FOR SELECT TO nuudel_app
USING ({RUNS}
  OR EXISTS (SELECT 1 FROM nuudel_grants('displacement.entity', 'read') g WHERE g.scope = 'all')
  OR EXISTS (
    SELECT 1 FROM displacement_assignment assigned
    JOIN displacement_round around ON around.id = assigned.round_id
    WHERE assigned.holder_id = nuudel_user() AND assigned.state = 'active' AND around.state = 'open'
      AND around.operation_id = displacement_entity.operation_id));
"""  # noqa: S608  of our own constants
EVERYBODY = "DROP POLICY displacement_entity_collected ON displacement_entity;"
# Python reads no moment beyond its calendar: one such row would stop all who read the table.
MOMENTS = ("device_at", "began_at", "ended_at")
READABLE = """
ALTER TABLE displacement_submission ADD CONSTRAINT displacement_{name}_readable
CHECK ({name} IS NULL OR {name} BETWEEN '1900-01-01 00:00+00' AND '2200-01-01 00:00+00') NOT VALID;
"""
UNCHECKED = "ALTER TABLE displacement_submission DROP CONSTRAINT displacement_{name}_readable;"


class Migration(migrations.Migration):
    dependencies = [
        ("displacement", "0005_publications"),
    ]
    operations = [
        migrations.RunSQL(COLLECTED, EVERYBODY),
        *(migrations.RunSQL(READABLE.format(name=name), UNCHECKED.format(name=name)) for name in MOMENTS),
    ]
