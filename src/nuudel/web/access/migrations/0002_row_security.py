"""The functions that all row-level policies call."""

from django.db import migrations

from nuudel.web.access.row_security import functions


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("accounts", "0001_initial")]
    operations = [functions()]
