"""The ledger's tables, their guards and row-level security; partitions are made after each migration."""

from django.db import migrations

from nuudel.web.facts import guards, row_security, tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0002_row_security"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "".join([*tables.create(), *guards.create(), *row_security.create()]),
            "".join([*tables.remove(), *guards.remove(), *row_security.remove()]),
        ),
    ]
