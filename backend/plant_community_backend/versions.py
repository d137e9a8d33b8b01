"""Versions of the API: which there are, and how each says a body.

Views and problems say every body in its newest form. A version that says it otherwise has a shape for that kind of
body; `in_version` is the only place where one is chosen. docs/guides/api-versions.md adds a version step by step.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.urls import URLResolver, get_resolver

LEGACY = "legacy"  # the URL namespace of the addresses without a version
LEGACY_PREFIX = "/api/plant-identification/"
CURRENT_PREFIX = "/api/v1/plant-identification/"  # where the same routes are now
VERSION = re.compile(r"api/(v\d+)/")
_shapes: dict[tuple[str, type], Callable[[Any], Any]] = {}


def shape[T](version: str, kind: type[T]) -> Callable[[Callable[[T], Any]], Callable[[T], Any]]:
    """Decorator: in the URL namespace `version` a body of type `kind` is said as this function returns it."""

    def register(function: Callable[[T], Any]) -> Callable[[T], Any]:
        _shapes[version, kind] = function
        return function

    return register


def in_version(request: Any, body: Any, kind: type | None = None) -> Any:
    """`body` as the version of this request says it; itself where the version has no shape of its own for it.

    `kind` is the type a shape is looked for, if it is not that of `body`.
    """
    match = request.resolver_match
    for namespace in match.namespaces if match else ():
        if function := _shapes.get((namespace, kind or type(body))):
            return function(body)
    return body


def known_versions() -> tuple[str, ...]:
    """The versions that have addresses, such as v1; in their order."""
    return _versions_of(get_resolver())


@lru_cache
def _versions_of(resolver: URLResolver) -> tuple[str, ...]:
    found = (VERSION.match(str(each.pattern)) for each in resolver.url_patterns)
    return tuple(sorted({match[1] for match in found if match}))


def version_of(path: str) -> str | None:
    """The version that `path` belongs to, `legacy` for an address without one; None outside of the API."""
    if is_legacy(path):
        return LEGACY
    match = VERSION.match(path, 1)
    return match[1] if match and match[1] in known_versions() else None


def is_legacy(path: str) -> bool:
    """Whether `path` is an address of the API from before it had versions."""
    return path.startswith(LEGACY_PREFIX)
