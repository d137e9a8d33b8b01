"""Django's handle on this app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """The app's name."""

    name = "apps.users"
