"""What this app listens to: a database that was made or emptied, and guides that come and go."""

from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models.signals import post_delete, post_migrate
from wagtail.signals import page_published, page_unpublished

from apps.care_guides.ground import lay_ground
from apps.care_guides.models import CareGuidePage
from apps.care_guides.queries import reload_guides


def connect() -> None:
    """Begin to listen."""
    last = installed_apps.get_app_config("wagtailcore")  # by then there are all permissions that the ground hands out
    post_migrate.connect(_after_migrate, sender=last)
    for signal in (page_published, page_unpublished, post_delete):
        signal.connect(_after_change, sender=CareGuidePage)


def _after_migrate(apps: Any = installed_apps, **_: Any) -> None:
    """Also called when a database was emptied, which takes away what Wagtail's migrations had made."""
    try:
        apps.get_model("care_guides", "CareGuidePage")
    except LookupError:  # migrated back to before this app
        return
    lay_ground()
    reload_guides()


def _after_change(**_: Any) -> None:
    transaction.on_commit(reload_guides)
