import unicodedata

from django.db import migrations, models

BATCH = 200


def _names_in(answer):
    consensus = answer.get("consensus") or {}
    name = (consensus.get("verdict") or {}).get("name")
    if not name:
        return ""
    found = next((each for each in consensus.get("suggestions") or [] if each.get("name") == name), {})
    lines = [name, *(found.get("also_called") or []), *(found.get("common_names") or [])]
    return unicodedata.normalize("NFKC", "\n".join(lines)).casefold()[:2000]


def find_names(apps, _schema_editor):
    """Identifications that were answered before are found by their names too."""
    model = apps.get_model("plant_identification", "Identification")
    rows = model.objects.exclude(name="").filter(names="").order_by("pk")
    last = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last)).only("pk", "answer")[:BATCH]):
        for row in batch:
            row.names = _names_in(row.answer or {})
        model.objects.bulk_update(batch, ["names"])
        last = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('plant_identification', '0004_keys_sandbox_credits'),
    ]

    operations = [
        migrations.AddField(
            model_name='identification',
            name='names',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.RunPython(find_names, migrations.RunPython.noop, elidable=True),
    ]
