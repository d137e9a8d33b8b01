"""How the OpenAPI document tells which routes need an account."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class Description(AutoSchema):
    """Signing in is one way among others, and no condition, where no permission of the view says `needs_account`."""

    def get_auth(self) -> list[dict[str, Any]]:
        """The ways to sign in; `{}` says that none is needed."""
        ways: list[dict[str, Any]] = super().get_auth()
        needed = any(getattr(permission, "needs_account", False) for permission in self.view.get_permissions())
        return ways if needed else [*ways, {}]
