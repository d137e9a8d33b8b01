"""Pictures get rows of their own, so that whoever uploads the same photo again shares its files."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import apps.plant_identification.models


def make_pictures(apps, schema_editor):
    """One picture for each photo there is; the files stay where they are."""
    photo_model = apps.get_model("plant_identification", "Photo")
    picture_model = apps.get_model("plant_identification", "Picture")
    for photo in photo_model.objects.filter(picture=None).iterator(chunk_size=500):
        photo.picture = picture_model.objects.create(
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            file=photo.file.name,
            thumbnail=photo.thumbnail.name,
        )
        photo.save(update_fields=["picture"])


class Migration(migrations.Migration):

    dependencies = [
        ("plant_identification", "0002_quota_and_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(db_index=True, max_length=128)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("file", models.FileField(max_length=200, storage=apps.plant_identification.models.photo_storage, upload_to=apps.plant_identification.models.picture_path)),
                ("thumbnail", models.FileField(max_length=200, storage=apps.plant_identification.models.photo_storage, upload_to=apps.plant_identification.models.picture_path)),
            ],
        ),
        migrations.AddField(
            model_name="photo",
            name="picture",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="plant_identification.picture"),
        ),
        migrations.AddField(
            model_name="photo",
            name="raw_digest",
            field=models.CharField(blank=True, db_index=True, default="", max_length=128),
            preserve_default=False,
        ),
        migrations.RunPython(make_pictures, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="photo",
            name="picture",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="plant_identification.picture"),
        ),
        migrations.RemoveField(model_name="photo", name="digest"),
        migrations.RemoveField(model_name="photo", name="width"),
        migrations.RemoveField(model_name="photo", name="height"),
        migrations.RemoveField(model_name="photo", name="file"),
        migrations.RemoveField(model_name="photo", name="thumbnail"),
        migrations.AlterField(
            model_name="identification",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
    ]
