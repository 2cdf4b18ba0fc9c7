"""No facts without an entry in the audit, whoever enters them or makes them coarse."""

from django.db import migrations

from nuudel.web.audit.triggers import audited
from nuudel.web.facts.permissions import FACT, PERSONAL


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_tables"), ("audit", "0002_guards")]

    operations = [audited("ledger_posting", FACT), audited("ledger_erasure", PERSONAL)]
