"""The table of Django's database cache, in which tries of signing in are counted (setting CACHES)."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", "attempts", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial")]
    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
