"""Weights of interviews."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("displacement", "0006_guards")]

    operations = [
        migrations.AddField("submission", "weight", models.FloatField(null=True)),
        migrations.AddField("submission", "weighings", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("round", "weighed_at", models.DateTimeField(editable=False, null=True)),
    ]
