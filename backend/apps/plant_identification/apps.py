"""Django's handle on this app."""

from django.apps import AppConfig


class PlantIdentificationConfig(AppConfig):
    """The app's name."""

    name = "apps.plant_identification"
