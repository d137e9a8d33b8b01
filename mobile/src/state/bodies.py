"""The server's JSON, as it comes; `docs/openapi.json` names its members."""

from typing import Any

type Body = dict[str, Any]
