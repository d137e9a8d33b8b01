"""A database of an earlier version becomes one of this version, with all that is in it."""

from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from plant_community_backend.database import in_database
from plant_community_backend.migration_operations import AddIndexWhileServing

APP = "plant_identification"


def migrate(name):
    """The models as they are after this migration."""
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name)])
    return executor.loader.project_state([(APP, name)]).apps


def migrate_to_this_version():
    """Other tests need every table as it is now."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


async def test_photos_of_the_first_version_keep_their_files(transactional_db):
    """Each photo gets a picture of its own; where its files lie and what they show stays (law 12)."""
    try:
        await in_database(check_photos)
    finally:
        await in_database(migrate_to_this_version)


def check_photos():
    """In one thread, since a connection belongs to it."""
    old = migrate("0002_quota_and_keys")
    try:
        identification = old.get_model(APP, "Identification").objects.create(reference=7, language="en")
        for position in range(2):
            old.get_model(APP, "Photo").objects.create(
                identification=identification,
                position=position,
                organ="leaf",
                digest=f"digest {position}",
                width=8,
                height=6,
                file=f"identifications/a/{position}.jpg",
                thumbnail=f"identifications/a/{position}-thumbnail.jpg",
            )
    finally:
        new = migrate("0003_pictures")
    photos = new.get_model(APP, "Photo").objects.order_by("position").select_related("picture")
    assert [
        (
            photo.picture.digest,
            photo.picture.width,
            photo.picture.file.name,
            photo.picture.thumbnail.name,
            photo.raw_digest,
        )
        for photo in photos
    ] == [
        (f"digest {at}", 8, f"identifications/a/{at}.jpg", f"identifications/a/{at}-thumbnail.jpg", "")
        for at in range(2)
    ]


async def test_what_was_answered_before_is_found_by_its_names(transactional_db):
    """Names of earlier answers are searched like those of new ones; a row an older process writes meanwhile is taken."""
    try:
        await in_database(check_names)
    finally:
        await in_database(migrate_to_this_version)


def check_names():
    """In one thread, since a connection belongs to it."""
    answer = {
        "consensus": {
            "verdict": {"name": "Ilex aquifolium"},
            "suggestions": [
                {"name": "Acer rubrum", "common_names": ["Red maple"]},
                {"name": "Ilex aquifolium", "also_called": ["Ilex communis"], "common_names": ["HÜLSE"]},
            ],
        }
    }
    old = migrate("0004_keys_sandbox_credits").get_model(APP, "Identification")
    try:
        old.objects.create(reference=1, language="en", name="Ilex aquifolium", answer=answer)
        old.objects.create(reference=2, language="en")
    finally:
        new = migrate("0005_names").get_model(APP, "Identification")
    old.objects.create(reference=3, language="en")
    assert list(new.objects.order_by("reference").values_list("names", flat=True)) == [
        "ilex aquifolium\nilex communis\nhülse", "", ""
    ]  # fmt: skip


async def test_an_index_is_added_while_others_write(transactional_db):
    """On SQLite as on PostgreSQL, where it must not be part of a transaction; and it can be taken back."""
    await in_database(check_index)


def check_index():
    """In one thread, since a connection belongs to it."""
    state = MigrationExecutor(connection).loader.project_state()
    after, table = state.clone(), "plant_identification_feedback"
    operation = AddIndexWhileServing("feedback", models.Index(fields=["name"], name="feedback_by_name"))
    operation.state_forwards(APP, after)
    for move, there in ((operation.database_forwards, True), (operation.database_backwards, False)):
        with connection.schema_editor(atomic=False) as editor:
            move(APP, editor, *((state, after) if there else (after, state)))
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        assert ("feedback_by_name" in found) is there
