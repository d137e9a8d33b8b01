"""Django's handle on this app."""

from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    """The app's name."""

    name = "apps.api_keys"
    verbose_name = "API keys"

    def ready(self) -> None:
        """Tell the OpenAPI document of keys."""
        from apps.api_keys import schema  # noqa: F401, PLC0415 - registers itself; needs the apps loaded
