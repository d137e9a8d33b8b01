"""How the OpenAPI document tells of keys."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A key in the Authorization header."""

    target_class = "apps.api_keys.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Bearer, in OpenAPI's words."""
        del auto_schema
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "pk_live_... or pk_test_...",
            "description": "A key from /api/v1/api-keys/. A `pk_test_` key opens the sandbox: simulated answers that "
            "cost nothing, and failures on demand (X-Test-Scenario).",
        }
