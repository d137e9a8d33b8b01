"""Django's handle on this app."""

from django.apps import AppConfig


class ApiVersionsConfig(AppConfig):
    """The app's name."""

    name = "apps.api_versions"
    verbose_name = "API versions"
