"""Logs: lines for people in development, JSON for machines in production, and no key in either (law 13)."""

import logging.config
import re
from typing import Any

import msgspec
import structlog

SECRET_IN_URL = re.compile(r"(?i)\b(api-key|api_key|access_token|authenix-access-token)=[^&\s\"'<>]+")
type EventDict = structlog.typing.EventDict


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with every key that stands in a query string replaced by ***."""
    return {
        name: SECRET_IN_URL.sub(r"\1=***", value) if isinstance(value, str) else value for name, value in event.items()
    }


def to_json(event: EventDict, **_options: Any) -> str:
    """The event as one line; what has no form in JSON as its repr."""
    return msgspec.json.encode(event, enc_hook=repr).decode()


def logging_config(*, debug: bool) -> dict[str, Any]:
    """Configure structlog and the standard library's logging to write alike; returns what was configured."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if debug else structlog.processors.JSONRenderer(serializer=to_json)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "uvicorn.access": {"level": "WARNING"},  # every request is logged once, by our middleware
            "django.request": {"level": "ERROR"},  # 4xx are answers, not events of the server
        },
    }
    logging.config.dictConfig(config)
    return config
