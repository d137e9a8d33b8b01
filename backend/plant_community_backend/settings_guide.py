"""docs/guides/configuration.md, made of the calls in settings.py and the words in settings_words.py.

settings.py is read, not run: a setting that only some configurations ask for is in the guide as well.
"""

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from apps.plant_identification import constants
from plant_community_backend.settings_words import CIRCUIT_DEFAULTS, CIRCUIT_LIMITS, DEFAULTS, GROUPS
from resilience.config import CIRCUIT_RULES, CircuitConfig

SETTINGS = Path(__file__).with_name("settings.py")
GUIDE = SETTINGS.parents[2] / "docs" / "guides" / "configuration.md"
SOCIAL = ("GOOGLE", "GITHUB", "APPLE")
CIRCUITS = ("PLANT_ID", "PLANTNET")
FAMILIES = {  # names that settings.py puts together
    "{name.upper()}_CLIENT_ID": [f"{name}_CLIENT_ID" for name in SOCIAL],
    "{name.upper()}_CLIENT_SECRET": [f"{name}_CLIENT_SECRET" for name in SOCIAL],
    "{prefix}_CIRCUIT_{field.upper()}": [],  # a table of its own
}
TYPES = {"str": "text", "int": "whole number", "float": "number", "bool": "true, false", "list": "list", "date": "day"}
RANGES = {
    "seconds": "above 0, at most 600",
    "amount": "0 or more",
    "rate": "a rate, such as 10/hour",
    "count": "1 to 100000",
    "kept": "0 to 36500",
}
HEAD = """\
# Configuration

<!-- Written by `plant-community settings --write` from settings.py: change it there. -->

Settings come from the environment only. A bad value stops the start with its name.

Each `NAME` can also be given as `NAME_FILE`, the path of a file that holds the value: for secrets of Docker, systemd or
Kubernetes, `PLANT_ID_API_KEY_FILE=/run/secrets/plant_id`. White space around a value is removed. "None" means not set.
"""
CIRCUIT_HEAD = """
## More limits of the circuits

Each exists twice, as `PLANT_ID_CIRCUIT_...` and as `PLANTNET_CIRCUIT_...`; what they mean is in
[circuit breakers](circuit-breakers.md). The longest call is the larger of the two time-outs and {grace:g} seconds.

| name | default | value | what |
|---|---|---|---|
"""


class Setting(NamedTuple):
    """One setting as settings.py asks for it."""

    name: str
    kind: str
    default: str
    values: str


def read_settings(source: str) -> dict[str, Setting]:
    """Every setting that this source asks the environment for, by its name."""
    found: dict[str, Setting] = {}
    for call in _calls(ast.parse(source)):
        for name in _names(call.args[0]):
            found[name] = Setting(name, TYPES[_method(call)], _default(name, call), _values(call))
    return found


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _method(node))


def _method(call: ast.Call) -> str:
    """`int` for `env.int(...)`, empty for what is no question to the environment."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="env"), attr=method):
            return method
    return ""


def _names(name: ast.expr) -> list[str]:
    """The names this argument stands for. Raises KeyError for a family of names that this module does not know."""
    if isinstance(name, ast.Constant):
        return [str(name.value)]
    return FAMILIES[ast.unparse(name)[2:-1]]


def _argument(call: ast.Call, keyword: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == keyword), None)


def _default(name: str, call: ast.Call) -> str:
    """The default as people write it."""
    if name in DEFAULTS:
        return DEFAULTS[name]
    match call.args[1] if len(call.args) > 1 else _argument(call, "default"):
        case ast.Attribute(value=ast.Name(id="constants"), attr=constant):
            return _written(getattr(constants, constant))
        case ast.Call(func=ast.Attribute(attr="date"), args=parts):
            return _written(dt.date(*(ast.literal_eval(part) for part in parts)))
        case ast.expr() as given:
            return _written(ast.literal_eval(given))
    message = f"{name} has no default: say one in settings_words.DEFAULTS"
    raise ValueError(message)


def _written(value: object) -> str:
    """A value as it stands in the environment."""
    match value:
        case None | "" | []:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case list():
            return f"`{','.join(map(str, value))}`"
        case float():
            return f"`{value:g}`"
    return f"`{value}`"


def _values(call: ast.Call) -> str:
    """The type of the value, and what it may be."""
    kind = TYPES[_method(call)]
    match _argument(call, "validate"):
        case ast.Name(id=rule):
            return RANGES[rule] if rule == "rate" else f"{kind}, {RANGES[rule]}"
        case ast.Call(func=ast.Attribute(attr="OneOf"), args=[ast.expr() as choices]):
            return ", ".join(f"`{choice}`" for choice in ast.literal_eval(choices))
        case ast.Call(func=ast.Attribute(attr="Range"), keywords=keywords):
            limits = {each.arg: ast.literal_eval(each.value) for each in keywords}
            upper = f" to {limits['max']}" if "max" in limits else " or more"
            return f"{kind}, {limits['min']}{upper}"
    return kind


def missing_words(settings: dict[str, Setting]) -> set[str]:
    """Settings without words, and words without a setting."""
    described = {name for group in GROUPS.values() for name in group}
    circuit = set(CIRCUIT_RULES) - {"fail_max", "reset_timeout", "success_threshold"}
    return (described ^ set(settings)) | (circuit ^ set(CIRCUIT_LIMITS))


def text() -> str:
    """The guide. Raises ValueError when a setting is not described."""
    settings = read_settings(SETTINGS.read_text(encoding="utf-8"))
    if missing := missing_words(settings):
        message = f"settings.py and settings_words.py differ in {', '.join(sorted(missing))}"
        raise ValueError(message)
    groups = [_group(title, words, settings) for title, words in GROUPS.items()]
    return HEAD + "".join(groups) + _circuits() + TAIL


def _group(title: str, words: dict[str, str], settings: dict[str, Setting]) -> str:
    rows = [
        f"| `{name}` | {settings[name].default} | {settings[name].values} | {what} |\n" for name, what in words.items()
    ]
    return f"\n## {title}\n\n| name | default | value | what |\n|---|---|---|---|\n{''.join(rows)}"


def _circuits() -> str:
    """The table of the limits that both circuits have beside the three with settings of their own."""
    usual = CircuitConfig()
    rows = [
        f"| `{field.upper()}` | {CIRCUIT_DEFAULTS.get(field) or _written(getattr(usual, field))} "
        f"| {CIRCUIT_RULES[field].sentence} | {what} |\n"
        for field, what in CIRCUIT_LIMITS.items()
    ]
    return CIRCUIT_HEAD.format(grace=constants.RUN_GRACE_SECONDS) + "".join(rows)


TAIL = """
`PROMETHEUS_MULTIPROC_DIR` is no setting of ours, but read where it is set ([monitoring](monitoring.md)).
"""


def is_current() -> bool:
    """Whether the guide in the repository is what the code says."""
    return GUIDE.read_text(encoding="utf-8") == text()


def write() -> None:
    """Write the guide anew."""
    GUIDE.write_text(text(), encoding="utf-8")
