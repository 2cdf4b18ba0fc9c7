"""The first data key; the application reads the table and never writes it."""

import secrets

from django.db import migrations

from nuudel.web.operations.keys import read_key
from nuudel.web.protection.envelope import KEY_BYTES, MASTER, master_name, wrap


def make_key(apps, schema_editor):
    EncryptionKey = apps.get_model("protection", "EncryptionKey")
    master = read_key(MASTER)
    EncryptionKey.objects.using(schema_editor.connection.alias).create(
        id=1, wrapped=wrap(1, secrets.token_bytes(KEY_BYTES), master), master=master_name(master)
    )


class Migration(migrations.Migration):
    dependencies = [("protection", "0001_initial")]
    operations = [
        migrations.RunPython(make_key, migrations.RunPython.noop),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON protection_encryptionkey FROM nuudel_app;",
            migrations.RunSQL.noop,
        ),
    ]
