"""The chains' heads, then what guards them: nobody changes or removes an entry from here on."""

from django.db import migrations

from nuudel.web.audit.seals import CHAINS, START, audit_key, head_seal
from nuudel.web.audit.triggers import audited_function, guards


def make_heads(apps, schema_editor):
    AuditHead = apps.get_model("audit", "AuditHead")
    key = audit_key()
    AuditHead.objects.using(schema_editor.connection.alias).bulk_create(
        AuditHead(chain=chain, number=0, mac=START, seal=head_seal(key, chain, 0, START))
        for chain in range(CHAINS)
    )


def remove_heads(apps, schema_editor):
    apps.get_model("audit", "AuditHead").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("access", "0002_row_security")]
    operations = [migrations.RunPython(make_heads, remove_heads), audited_function(), guards()]
