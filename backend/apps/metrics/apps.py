"""Django's handle on this app."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """The app's name; it hears how identifications, calls and jobs end."""

    name = "apps.metrics"

    def ready(self) -> None:
        """Register with those who have something to tell, and know nothing of this app."""
        from apps.metrics.listening import EndCounter, Events, job_ended  # noqa: PLC0415 - needs the apps loaded
        from apps.plant_identification.listeners import register_listener, register_witness  # noqa: PLC0415 - as above
        from plant_community_backend.jobs import register_hearer  # noqa: PLC0415 - as above

        register_listener(EndCounter)
        register_witness(Events())
        register_hearer(job_ended)
