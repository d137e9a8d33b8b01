"""What one test does to the database is gone before the next begins."""

import threading

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from wagtail.models import Locale, Page, Site

from apps.care_guides.models import CareGuideIndexPage, CareGuidePage
from apps.care_guides.queries import find_guide
from apps.plant_identification.models import Identification, Picture, ProviderAnswer
from apps.users.models import User
from plant_community_backend.database import in_database

FULL_TEXT = "wagtailsearch_indexentry_fts"  # SQLite's index, which follows from triggers


def _rows():
    """Every table with its rows, read in another way than the baseline reads them."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(f"{FULL_TEXT}_"):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
                found[table] = sorted(map(repr, cursor.fetchall()))
        return found


@pytest.fixture
def undone(baseline, django_db_blocker):
    """When `transactional_db`, asked for after this, has ended, all is as it was."""
    with django_db_blocker.unblock():
        before = _rows()
        connection.close()
        yield before
        after = _rows()
        connection.close()
    assert {table for table in before | after if before.get(table) != after.get(table)} == set()
    assert find_guide("Aloe vera") is None


def add_rows():
    """In tables that are empty, with a relation between them."""
    user = User.objects.create(email="fern@example.org")
    user.groups.add(Group.objects.first())
    answer = ProviderAnswer.objects.create(provider="plant_id", reference=1, payload={}, credits=1, simulated=True)
    Identification.objects.create(reference=1, language="en", owner=user).provider_answers.add(answer)
    Picture.objects.create(digest="a", width=1, height=1)


def add_to_those_that_are_not_empty():
    """What the migrations filled gets more."""
    ContentType.objects.create(app_label="none", model="none")
    Locale.objects.create(language_code="fr")
    Group.objects.create(name="others")


def add_a_guide():
    """With all that Wagtail writes beside it, and what this process remembers."""
    guide = CareGuidePage(title="Aloe vera", accepted_name="Aloe vera", rank="species")
    CareGuideIndexPage.objects.get().add_child(instance=guide)
    guide.save_revision().publish()
    assert find_guide("Aloe vera")


def change_a_row():
    """As `lay_ground` does where settings say so."""
    Site.objects.update(hostname="elsewhere.example.org")


def change_what_is_searched():
    """In the table, and by way of a page."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailsearch_indexentry SET object_id = '777'")
    page = CareGuideIndexPage.objects.get()
    page.title = "Other words"
    page.save()


def delete_rows():
    """With the rows between them."""
    Permission.objects.first().delete()
    Group.objects.first().delete()


def delete_what_others_hang_on():
    """The root of all pages, and the kinds of all models."""
    Page.objects.first().delete()
    ContentType.objects.all().delete()


def forget_a_migration():
    """As migrating back does."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'users'")


def try_to_sign_in():
    """Counted in a table without a model."""
    cache.set("attempts", 5)


def empty_all():
    """What pytest-django's own fixture does."""
    call_command("flush", interactive=False, verbosity=0)


CHANGES = [
    add_rows,
    add_to_those_that_are_not_empty,
    add_a_guide,
    change_a_row,
    change_what_is_searched,
    delete_rows,
    delete_what_others_hang_on,
    forget_a_migration,
    try_to_sign_in,
    empty_all,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_change_is_undone(undone, transactional_db, change):
    """Whatever was added, changed or deleted; seen from outside the fixture, when it has ended."""
    change()
    assert _rows() != undone, "there is something to undo"


async def test_change_in_a_thread_of_the_database_is_undone(undone, transactional_db):
    """Even one that is still under way when the test ends."""
    go_on = threading.Event()

    def add():
        go_on.wait(10)
        User.objects.create(email="fern@example.org")

    asked = in_database(add)
    asked.send(None)  # the thread has its job, nobody waits for it
    threading.Timer(0.2, go_on.set).start()
    asked.close()


def test_every_table_is_watched(baseline, transactional_db):
    """Those without a model too; what a new app brings as well."""
    tables = set(connection.introspection.table_names())
    assert {table for table in tables if not table.startswith(FULL_TEXT)} == set(baseline.columns)
    assert {"attempts", "django_migrations", "users_user"} <= set(baseline.columns)


@pytest.mark.parametrize("number", range(2))
def test_next_test_begins_without_the_rows_of_the_one_before(transactional_db, number):
    """Twice the same test, so that one of them comes second."""
    assert not User.objects.exists()
    User.objects.create(email="fern@example.org")


def test_every_row_that_goes_comes_back(baseline, transactional_db):
    """From each table that the migrations filled, one by one; a table that is emptied is seen to be."""
    for table in baseline.rows:
        with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are looked at when it ends
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            assert table in baseline.changed()
            baseline.restore()
            assert baseline.changed() == []


def test_new_rows_get_numbers_that_are_free(baseline, transactional_db):
    """After a flush, too, which begins to count anew."""
    empty_all()
    baseline.restore()
    for _ in range(3):
        Group.objects.create(name=f"group {Group.objects.count()}")
        ContentType.objects.create(app_label="none", model=f"model {ContentType.objects.count()}")
        title = f"Page {Page.objects.count()}"
        Page.objects.first().add_child(instance=Page(title=title))
