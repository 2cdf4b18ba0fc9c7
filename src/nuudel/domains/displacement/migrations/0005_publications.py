"""Published rounds: row-level security, no change without its audit entry; what was published stays as it was."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import nuudel.ledger.ids
from nuudel.web.access.row_security import protect
from nuudel.web.audit.triggers import audited

TABLE, KIND = "displacement_publication", "displacement.publication"
# Its state alone changes: replaced, or withdrawn.
KEPT = """
REVOKE UPDATE ON displacement_publication FROM nuudel_app;
GRANT UPDATE (state, changed_at) ON displacement_publication TO nuudel_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_public_and_guards"),
        ("displacement", "0004_protected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("place", models.CharField(db_index=True, max_length=32)),
                ("other_place", models.CharField(blank=True, default="", editable=False, max_length=32)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "id",
                    models.UUIDField(
                        default=nuudel.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.CharField(db_index=True, max_length=40)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="displacement.round",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("round", "version"), name="displacement_publication_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("round",),
                        name="displacement_published_once",
                    ),
                ],
            },
        ),
        protect(TABLE, KIND),
        audited(TABLE, KIND),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
