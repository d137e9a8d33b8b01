"""Django's handle on this app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """The app's name."""

    name = "apps.privacy"
