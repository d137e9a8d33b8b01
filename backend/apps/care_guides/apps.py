"""Django's handle on this app."""

from django.apps import AppConfig


class CareGuidesConfig(AppConfig):
    """The app's name, and what it listens to."""

    name = "apps.care_guides"
    verbose_name = "Care guides"

    def ready(self) -> None:
        """Keep the ground of the guides in the database, and the index of the published ones."""
        from wagtail.api.v2.views import BaseAPIViewSet  # noqa: PLC0415 - needs the models

        from apps.care_guides import signals  # noqa: PLC0415 - as above

        signals.connect()
        # Wagtail's views, those that its admin asks among them, have no versions in our sense and are not in our document.
        BaseAPIViewSet.versioning_class = BaseAPIViewSet.schema = None
