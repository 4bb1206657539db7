from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("numbering", "0001_holdings")]

    operations = [
        migrations.AlterField(
            model_name="holding",
            name="number",
            field=models.CharField(db_collation="C", max_length=30, verbose_name="发展团员编号"),
        ),
    ]
