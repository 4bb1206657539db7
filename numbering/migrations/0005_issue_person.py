from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbering", "0004_segment_bounded")]

    operations = [
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["id_blind"], name="issue_person"),
        ),
    ]
