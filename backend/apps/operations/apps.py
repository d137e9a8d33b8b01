"""Django's handle on this app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The app's name."""

    name = "apps.operations"
