"""What can be set: keys and their limits, latencies, and one switch for each thing that public sources leave open.

Every switch names both readings of a provider's behaviour; the default is the likelier one. The README lists them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from plant_simulator.latency import Latency


def check_switches(switches: "PlantIdSwitches | PlantNetSwitches | PlantIdKey | PlantNetKey") -> None:
    """Raise ValueError, with the name of the field, unless each value is one its type allows."""
    hints = get_type_hints(type(switches))
    for item in fields(switches):
        value, hint = getattr(switches, item.name), hints[item.name]
        if not _allows(hint, value):
            message = f"{item.name} cannot be {value!r}"
            raise ValueError(message)


def _allows(hint: Any, value: object) -> bool:
    if get_origin(hint) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(hint))
    if hint is bool:
        return isinstance(value, bool)
    if hint is str:
        return isinstance(value, str)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return number or (value is None and type(None) in get_args(hint))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantIdSwitches:
    """Open questions about Plant.id v3."""

    created_status: Literal[201, 200] = 201  # of POST /identification, /health_assessment
    conversation_status: Literal[200, 201] = 200  # of POST .../conversation
    error_content_type: Literal["text/html; charset=utf-8", "text/plain; charset=utf-8"] = "text/html; charset=utf-8"
    not_plant_suggestions: Literal["nonsense", "empty"] = "nonsense"  # rows under a photo that shows no plant
    not_plant_charged: bool = True
    auto_when_healthy: Literal["is_healthy", "nothing", "everything"] = "is_healthy"  # keys of health=auto, one credit
    short_of_credits: Literal["refuse", "partial"] = "refuse"  # health=all with one credit left
    duplicate_custom_id: Literal["accept", "refuse"] = "accept"  # accept: charged again, GET returns the newest
    data_uri: Literal["accept", "refuse"] = "accept"
    unknown_fields: Literal["ignore", "refuse"] = "ignore"  # of the body
    unknown_detail_text: Literal["Invalid modifier", "Unknown modifier"] = "Invalid modifier"
    similar_images_default: bool = False
    several_languages_echo: Literal["first", "joined"] = "first"  # details.language for language=en,de
    kb_language_parameter: Literal["both", "lang", "language"] = "both"
    disease_detail_credits: float = 0.5  # 0.5 or 0: GET /kb/diseases/{token}
    conversation_credits: float = 0.0  # for each question
    custom_id_max: int = 2**63 - 1
    max_body_bytes: int = 52_428_800
    pending_record: Literal["visible", "hidden"] = "visible"  # GET by custom_id while the POST still computes
    async_status: Literal["CREATED", "SUBMITTED"] = "CREATED"  # first answer to async=true
    async_pending_reads: int = 1  # GETs that still see SUBMITTED
    async_outcome: Literal["COMPLETED", "FAILED"] = "COMPLETED"
    failed_charged: bool = False
    disease_question: Literal["some", "never", "always"] = "some"
    answer_synonyms: bool = False  # names a plant by its first synonym, as an older model would
    care_details: Literal["null", "placeholder"] = "null"  # the catalogue knows no care facts; placeholder tells so

    def __post_init__(self) -> None:
        """Raise ValueError for a value that is none of the readings."""
        check_switches(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantNetSwitches:
    """Open questions about Pl@ntNet v2."""

    not_found_costs: bool = True  # does "Species not found" take one of the daily requests
    bad_request_costs: bool = False  # does a 400 take one; True is the pessimistic reading
    retry_after_on_429: bool = False  # the seconds to 00:00 UTC, beside RateLimit
    file_type_check: Literal["bytes", "name", "both"] = "bytes"
    unknown_query: Literal["refuse", "ignore"] = "refuse"
    unknown_project: Literal[404, 400] = 404
    unreadable_url: Literal[404, 400] = 404  # GET identify with an address that cannot be read
    max_total_bytes: int = 52_428_800  # of all files together
    max_url_bytes: int = 8_192  # longer: 414
    sparse_rows: bool = True  # leave out gbif, powo, iucn and common names on some rows
    second_opinion: bool = True  # of an unclear photo, name the second candidate first now and then

    def __post_init__(self) -> None:
        """Raise ValueError for a value that is none of the readings."""
        check_switches(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantIdKey:
    """What Plant.id knows of a key. Limits are credits in the last 1, 7 and 30 days and in total; None is no limit."""

    exists: bool = True
    active: bool = True
    day: float | None = None
    week: float | None = None
    month: float | None = None
    total: float | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a negative limit."""
        check_switches(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantNetKey:
    """What Pl@ntNet knows of a key: `daily_quota` identifications per UTC day; `paid` opens history, subscription."""

    exists: bool = True
    forbidden: bool = False
    daily_quota: int = 500
    paid: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a negative quota."""
        check_switches(self)


PLANT_ID_KEYS = {
    "demo": PlantIdKey(),
    "unknown": PlantIdKey(exists=False),
    "inactive": PlantIdKey(active=False),
    "no-credits": PlantIdKey(total=0),
    "one-credit": PlantIdKey(total=1),
    "day-limit": PlantIdKey(day=0),
    "week-limit": PlantIdKey(week=0),
    "month-limit": PlantIdKey(month=0),
}
PLANTNET_KEYS = {
    "demo": PlantNetKey(),
    "paid": PlantNetKey(paid=True, daily_quota=100_000),
    "unknown": PlantNetKey(exists=False),
    "forbidden": PlantNetKey(forbidden=True),
    "exhausted": PlantNetKey(daily_quota=0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """Everything a simulator starts with.

    A key that is not listed is accepted as if it were `demo`, unless `any_key` is False. `seed` decides tokens, random
    latencies and faults that strike at random. `public_url` replaces the address in links to pictures.
    """

    plant_id: PlantIdSwitches = field(default_factory=PlantIdSwitches)
    plantnet: PlantNetSwitches = field(default_factory=PlantNetSwitches)
    plant_id_keys: Mapping[str, PlantIdKey] = field(default_factory=lambda: dict(PLANT_ID_KEYS))
    plantnet_keys: Mapping[str, PlantNetKey] = field(default_factory=lambda: dict(PLANTNET_KEYS))
    any_key: bool = True
    plant_id_latency: Latency = field(default_factory=Latency)
    plantnet_latency: Latency = field(default_factory=Latency)
    seed: int = 0
    sights_kept: int = 4_096  # photos whose sight is remembered
    records_kept: int = 100_000  # Plant.id identifications that can be read again
    public_url: str = ""

    @classmethod
    def realistic(cls) -> Self:
        """The program's default: Plant.id takes 0.3 to 1 s, Pl@ntNet 1 to 4 s."""
        return cls(
            plant_id_latency=Latency(distribution="uniform", low=0.3, high=1.0),
            plantnet_latency=Latency(distribution="uniform", low=1.0, high=4.0),
        )

    def changed(self, changes: Mapping[str, Any]) -> "SimulatorConfig":
        """A copy with the changes of `POST /_control/config`. Raises ValueError for what cannot be."""
        new: dict[str, Any] = {}
        for name, value in changes.items():
            new[name] = self._read_change(name, value)
        return replace(self, **new)

    def _read_change(self, name: str, value: Any) -> Any:
        if name == "any_key" and isinstance(value, bool):
            return value
        if name in {"plant_id_latency", "plantnet_latency"}:
            return Latency.from_json(value)
        if name in {"plant_id", "plantnet"} and isinstance(value, Mapping):
            return _replaced(getattr(self, name), value)
        if name in {"plant_id_keys", "plantnet_keys"} and isinstance(value, Mapping):
            keys = dict(getattr(self, name))
            new_key = PlantIdKey() if name == "plant_id_keys" else PlantNetKey()
            return keys | {key: _replaced(keys.get(key, new_key), change) for key, change in value.items()}
        message = f"cannot change {name}: send any_key, plant_id, plantnet, *_keys or *_latency"
        raise ValueError(message)

    def as_json(self) -> dict[str, Any]:
        """All settings, for the control routes."""
        return asdict(self)


def _replaced[Switches: (PlantIdSwitches, PlantNetSwitches, PlantIdKey, PlantNetKey)](
    switches: Switches, changes: object
) -> Switches:
    if not isinstance(changes, Mapping):
        message = "changes are an object of names and values"
        raise ValueError(message)  # noqa: TRY004  # one error for all that is wrong with a given configuration
    try:
        return replace(switches, **changes)
    except TypeError as exc:
        message = f"no such setting among {', '.join(changes)}"
        raise ValueError(message) from exc
