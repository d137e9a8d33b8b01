"""Django's handle on this app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The app's name, and its place in the admin."""

    name = "apps.operations"

    def ready(self) -> None:
        """The admin's first page leads to the doctor."""
        from django.contrib import admin  # noqa: PLC0415 - needs the apps

        admin.site.index_template = "operations/admin_index.html"
