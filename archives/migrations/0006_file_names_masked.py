"""Names under which files came in before ID numbers in them were masked."""

from django.db import migrations

from archives import file_names

BATCH = 2000


def mask(apps, schema_editor):
    """A batch and a transaction at a time: people go on uploading meanwhile, and one that breaks off may be begun again."""
    uploads = apps.get_model("archives", "Upload").objects.using(schema_editor.connection.alias)
    after = 0
    while batch := list(uploads.filter(pk__gt=after).order_by("pk").values_list("pk", "name")[:BATCH]):
        for pk, name in batch:
            if (safe := file_names.safe(name)) != name:
                uploads.filter(pk=pk).update(name=safe)
        after = batch[-1][0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("archives", "0005_decisions_and_unsettled"),
    ]

    operations = [migrations.RunPython(mask, migrations.RunPython.noop, elidable=True)]
