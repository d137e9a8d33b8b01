"""Every migration after the first release runs while servers of the release before serve; what cannot says why not."""

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from rolling import CHECKED, GONE, INDEXED, NARROWED, NEEDED, RENAMED, UNSEEN, find_problems

from plant_community_backend.migration_operations import AddIndexWhileServing

# The last migration of each app in the first release. Until there is one, a new migration may be entered here.
FIRST_RELEASE = {
    "api_keys": "0001_api_keys",
    "api_versions": "0001_caller_counts",
    "care_guides": "0001_guides",
    "plant_identification": "0005_names",
    "privacy": "0001_exports",
    "usage": "0001_use_and_budgets",
    "users": "0003_privacy",
}


def test_no_migration_since_the_first_release_breaks_servers_that_still_run():
    """Each finding is named with what to do instead."""
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    found = {
        f"{app}.{name}": problems
        for app, name in sorted(loader.graph.nodes)
        if app in ours and name > FIRST_RELEASE.get(app, "")
        and (problems := find_problems(app, loader.get_migration(app, name), loader.project_state((app, name), at_end=False)))
    }  # fmt: skip
    assert found == {}


def before():
    """The state before: one table."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20, null=True))]
    state.add_model(ModelState("garden", "Bed", fields))
    return state


def problems_of(*operations, **words):
    """What is found in a migration of these operations."""
    migration = type("Migration", (migrations.Migration,), {"operations": list(operations), **words})
    return find_problems("garden", migration("0002", "garden"), before())


INDEX = models.Index(fields=["name"], name="by_name")


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (migrations.RemoveField("bed", "name"), GONE),
        (migrations.DeleteModel("Bed"), GONE),
        (migrations.RenameField("bed", "name", "title"), RENAMED),
        (migrations.RenameModel("Bed", "Border"), RENAMED),
        (migrations.AlterModelTable("bed", "beds"), RENAMED),
        (migrations.AddField("bed", "size", models.IntegerField(default=0)), NEEDED),
        (migrations.AddField("bed", "size", models.IntegerField(null=True, db_index=True)), INDEXED),
        (migrations.AlterField("bed", "name", models.CharField(max_length=20)), NEEDED),
        (migrations.AlterField("bed", "name", models.CharField(max_length=10, null=True)), NARROWED),
        (migrations.AlterField("bed", "name", models.IntegerField(null=True)), NARROWED),
        (migrations.AlterField("bed", "name", models.CharField(max_length=20, null=True, unique=True)), INDEXED),
        (migrations.AddIndex("bed", INDEX), INDEXED),
        (migrations.AddConstraint("bed", models.UniqueConstraint(fields=["name"], name="one")), CHECKED),
        (migrations.RunSQL("update garden_bed set name = 'a'"), UNSEEN),
    ],
)
def test_a_breaking_operation_is_found_with_its_reason(operation, reason):
    """One at a time."""
    assert list(problems_of(operation).values()) == [reason]


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("bed", "size", models.IntegerField(db_default=0))],
        [migrations.AddField("bed", "size", models.IntegerField(null=True))],
        [migrations.AlterField("bed", "name", models.CharField(max_length=40, null=True, help_text="longer"))],
        [AddIndexWhileServing("bed", INDEX)],
        [migrations.RemoveIndex("bed", "by_name")],
        [
            migrations.CreateModel("Row", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("row", "size", models.IntegerField()),
        ],
    ],
)
def test_an_operation_that_everybody_bears_passes(operations):
    """A new table is nobody's yet."""
    state = before()
    state.models["garden", "bed"].options["indexes"] = [INDEX] if "Remove" in str(operations) else []
    migration = type("Migration", (migrations.Migration,), {"operations": operations})
    assert find_problems("garden", migration("0002", "garden"), state) == {}


def test_an_exception_needs_a_reason_and_its_operation():
    """An empty word excuses nothing, and a word without its operation is old."""
    removal = migrations.RemoveField("bed", "name")
    assert problems_of(removal, safe_because={"RemoveField bed.name": "nobody reads it since 1.2"}) == {}
    assert problems_of(removal, safe_because={"RemoveField bed.name": " "}) == {"RemoveField bed.name": GONE}
    assert list(problems_of(safe_because={"RemoveField bed.name": "nobody"})) == ["RemoveField bed.name"]
