"""Logs: lines for people in development, JSON for machines in production.

No key stands in either (law 13), and no address: an e-mail or IP address is shown as a keyed hash, the same for the same
address as long as SECRET_KEY stays, so that lines of one person can be found together and the person cannot.
"""

import datetime as dt
import enum
import hmac
import ipaddress
import logging.config
import re
import uuid
from typing import Any

import msgspec
import structlog

SECRET_IN_URL = re.compile(r"(?i)\b(api-key|api_key|access_token|authenix-access-token)=[^&\s\"'<>]+")
E_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*")
IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.-])(?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
SAFE = (
    bool,
    int,
    float,
    type(None),
    bytes,
    uuid.UUID,
    dt.date,
    dt.time,
    dt.timedelta,
    enum.Enum,
)  # have no room for an address
ESCAPED = re.compile(r"\\[nrt]")  # white space as a repr shows it: its letter would hide where an address begins
OURS = {"timestamp", "level", "logger"}  # written by the processors, from no request
PSEUDONYM_LENGTH = 12  # hexadecimal digits: enough to tell some millions apart
type EventDict = structlog.typing.EventDict


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with every key that stands in a query string replaced by ***."""
    return {
        name: SECRET_IN_URL.sub(r"\1=***", value) if isinstance(value, str) else value for name, value in event.items()
    }


class Pseudonyms:
    """A processor that shows e-mail and IP addresses, wherever they stand in an event, as keyed hashes."""

    def __init__(self, key: str) -> None:
        self._key = b"plant_community.logs:" + key.encode()

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """The event without addresses."""
        return {
            name: value if name in OURS or name.startswith("_") else self.clean(value) for name, value in event.items()
        }

    def clean(self, value: Any) -> Any:
        """The value without addresses; what is no plain value as its cleaned repr."""
        match value:
            case str():
                return self.clean_text(value)
            case dict():
                return {self.clean(name): self.clean(each) for name, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.clean(each) for each in value]
            case _ if isinstance(value, SAFE):
                return value
            case _:
                return self.clean_text(ESCAPED.sub(" ", repr(value)))

    def clean_text(self, text: str) -> str:
        """The text without addresses. Those of this machine tell of nobody, and stay."""
        if "@" in text:
            text = E_MAIL.sub(lambda found: self._pseudonym("email", found[0].casefold()), text)
        if text.count(".") > 2:  # noqa: PLR2004 - no address has less
            text = IPV4.sub(self._hide_ip, text)
        return IPV6.sub(self._hide_ip, text) if text.count(":") > 1 else text

    def _hide_ip(self, found: re.Match[str]) -> str:
        host, _, port = found[0].rpartition(":")
        for text, rest in (
            (found[0], ""),
            (host, f":{port}"),
        ):  # an IPv6 address may stand before a port without brackets
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                continue
            known = address.is_loopback or address.is_unspecified
            return found[0] if known else self._pseudonym("ip", str(address)) + rest
        return found[0]

    def _pseudonym(self, kind: str, value: str) -> str:
        return f"{kind}:{hmac.digest(self._key, value.encode(), 'sha256').hex()[:PSEUDONYM_LENGTH]}"


def to_json(event: EventDict, **_options: Any) -> str:
    """The event as one line; what has no form in JSON as its repr."""
    return msgspec.json.encode(event, enc_hook=repr).decode()


def logging_config(*, debug: bool, key: str) -> dict[str, Any]:
    """Configure structlog and the standard library's logging to write alike; returns what was configured.

    `key` makes the pseudonyms of addresses.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
        Pseudonyms(key),
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
