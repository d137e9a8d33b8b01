"""Django's handle on this app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """The app's name."""

    name = "apps.users"

    def ready(self) -> None:
        """Tell the OpenAPI document of our ways to sign in."""
        from apps.users import schema  # noqa: F401, PLC0415 - registers itself; needs the apps loaded
