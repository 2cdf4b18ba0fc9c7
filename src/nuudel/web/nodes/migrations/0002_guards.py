"""Operations have an order, are never removed, and come into the register with their entry in the audit."""

from django.db import migrations

from nuudel.web.audit.triggers import audited

TURN = """
CREATE SEQUENCE nodes_turn;
GRANT USAGE ON SEQUENCE nodes_turn TO nuudel_app;
REVOKE DELETE, TRUNCATE ON nodes_operation, nodes_received, nodes_node FROM nuudel_app;
"""


class Migration(migrations.Migration):
    dependencies = [("nodes", "0001_tables"), ("audit", "0002_guards"), ("protection", "0002_first_key")]
    operations = [
        migrations.RunSQL(TURN, "DROP SEQUENCE nodes_turn;"),
        audited("nodes_received", "nodes.operation"),
    ]
