"""A form that is sent again is told from one that was filled in anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shell", "0002_guards")]
    operations = [
        migrations.AddField(
            "sentform", "digest", models.CharField(default="", max_length=64), preserve_default=False
        )
    ]
