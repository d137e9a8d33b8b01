"""Django's handle on this app."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    """The app's name; it hears how identifications end, and has a say in who may spend."""

    name = "apps.usage"
    verbose_name = "Use and budgets"

    def ready(self) -> None:
        """Register with the app that identifies, which knows nothing of this one."""
        from apps.plant_identification.budgets import register_budget  # noqa: PLC0415 - needs the apps loaded
        from apps.plant_identification.listeners import register_listener  # noqa: PLC0415
        from apps.usage.budgets import AccountBudget  # noqa: PLC0415
        from apps.usage.counting import UseCounter  # noqa: PLC0415

        register_budget(AccountBudget())
        register_listener(UseCounter)
