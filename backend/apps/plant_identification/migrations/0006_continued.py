from django.db import migrations, models

from plant_community_backend.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False  # the index is built while others write

    dependencies = [
        ("plant_identification", "0005_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="identification",
            name="continued",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="identification",
            name="continues",
            field=models.UUIDField(blank=True, null=True),
        ),
        AddIndexWhileServing(
            model_name="identification",
            index=models.Index(
                condition=models.Q(("continues__isnull", False)), fields=["continues"], name="identification_continues"
            ),
        ),
    ]
