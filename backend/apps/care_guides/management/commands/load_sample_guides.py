"""`plant-community manage load_sample_guides`."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.care_guides.samples import load_samples


class Command(BaseCommand):
    """Publishes ten care guides."""

    help = "Publish ten care guides of common plants; those that are there already stay as they are."

    def handle(self, *_: Any, **__: Any) -> None:
        """Say which were new."""
        titles = load_samples()
        self.stdout.write(f"published: {', '.join(titles)}" if titles else "nothing to do: all are there")
