"""A look is remembered by file and round. Those without a round tell nothing about the data they were compared with: they go."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("archives", "0006_file_names_masked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="Look"),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                ("pages", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None, verbose_name="看过的页")),
                ("at", models.DateTimeField(auto_now=True, verbose_name="最近一次")),
                ("archive", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="archives.archive", verbose_name="入团志愿书")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="审核人")),
            ],
            options={
                "verbose_name": "审核时看过的页",
                "verbose_name_plural": "审核时看过的页",
                "constraints": [models.UniqueConstraint(fields=("user", "archive", "round"), name="look_once")],
            },
        ),
    ]
