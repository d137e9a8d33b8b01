"""Every metric of this server: its name, what it means, its labels. Labels have few values: nobody's name or address.

Counters and histograms are summed over the worker processes (docs/adr/0020-metrics.md); gauges say in their mode how
they are joined. What is the same for all processes, such as a circuit, is no instrument: it is read when somebody asks
(READ_WHEN_ASKED, told by scrape.py).
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from identification.answer import Agreement, Level, ProviderName
from plant_community_backend.jobs import JOBS
from resilience.circuit import State
from resilience.flight_events import FlightEvent
from resilience.gate import Reason
from resilience.guard import Outcome

REGISTRY = CollectorRegistry()
HTTP_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)
CALL_BUCKETS = (0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30)
WHOLE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45)
ANSWERED = tuple(level.value for level in Level)
SOURCES = ("fresh", "collapsed", "cache", "stale", "none")
CALLERS = ("account", "key", "visitor")
CACHE_RESULTS = tuple(FlightEvent(each) for each in ("l1", "store", "archive", "stale", "fresh", "collapsed"))

HTTP_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "From a request's arrival to the beginning of its answer.",
    ("http_request_method", "http_route", "http_response_status_class"),
    buckets=HTTP_BUCKETS,
    registry=REGISTRY,
)
API_REQUESTS = Counter(
    "plant_community_api_requests",
    "Requests of the API by version (legacy: the addresses without one), by who asked, and status.",
    ("version", "caller", "http_response_status_code"),
    registry=REGISTRY,
)
RATE_LIMITED = Counter(
    "plant_community_rate_limited_requests", "Requests refused by this limit (429).", ("limit",), registry=REGISTRY
)
IDENTIFICATIONS = Counter(
    "plant_community_identifications",
    "Identifications that ended: how sure the answer is, or failed, or refused before anybody was asked.",
    ("outcome", "source", "caller"),
    registry=REGISTRY,
)
IDENTIFICATION_SECONDS = Histogram(
    "plant_community_identification_duration_seconds",
    "From asking the providers to the stored end, of answered identifications.",
    ("source",),
    buckets=WHOLE_BUCKETS,
    registry=REGISTRY,
)
DEGRADED = Counter(
    "plant_community_identifications_degraded", "Answered, but not by every provider that was to be asked.", registry=REGISTRY
)  # fmt: skip
AGREEMENT = Counter(
    "plant_community_provider_agreement",
    "Answered identifications by how far the providers agree; single: one has a name only.",
    ("result",),
    registry=REGISTRY,
)
PROVIDER_CALLS = Counter(
    "plant_community_provider_requests",
    "Calls that were let out, by how they ended.",
    ("provider", "outcome"),
    registry=REGISTRY,
)
PROVIDER_SECONDS = Histogram(
    "plant_community_provider_request_duration_seconds",
    "How long these calls took.",
    ("provider",),
    buckets=CALL_BUCKETS,
    registry=REGISTRY,
)
CREDITS = Counter(
    "plant_community_provider_credits",
    "What these calls are charged: Plant.id credits, Pl@ntNet requests.",
    ("provider",),
    registry=REGISTRY,
)
CREDITS_SAVED = Counter(
    "plant_community_credits_saved",
    "What answers would have cost that needed no call of their own.",
    ("provider",),
    registry=REGISTRY,
)
REFUSED_CALLS = Counter(
    "plant_community_provider_refusals",
    "Calls that were not let out, by the rule that refused them.",
    ("provider", "reason"),
    registry=REGISTRY,
)
TRANSITIONS = Counter(
    "plant_community_circuit_transitions",
    "Changes of a circuit's state, each counted once in the cluster.",
    ("provider", "from", "to"),
    registry=REGISTRY,
)
CACHE_REQUESTS = Counter(
    "plant_community_cache_requests",
    "Answers given by where they came from; collapsed: of a call that somebody else was making.",
    ("result",),
    registry=REGISTRY,
)
FLIGHT_EVENTS = Counter(
    "plant_community_flight_events",
    "What else happened to answers on their way (resilience/flight_events.py).",
    ("event",),
    registry=REGISTRY,
)
JOB_RUNS = Counter(
    "plant_community_job_runs", "Turns of what the server does by itself.", ("task", "result"), registry=REGISTRY
)
JOB_SECONDS = Counter("plant_community_job_seconds", "How long these took, all together.", ("task",), registry=REGISTRY)
JOB_LAST_SUCCESS = Gauge(
    "plant_community_job_last_success_timestamp_seconds",
    "When a turn last did its work.",
    ("task",),
    multiprocess_mode="max",
    registry=REGISTRY,
)
RUNNING = Gauge(
    "plant_community_running_identifications",
    "Under way now, in all processes.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
FLIGHTS = Gauge(
    "plant_community_flights",
    "Answers that are being got now: asked for, or waited for.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
STORE_DEGRADED = Gauge(
    "plant_community_store_degraded",
    "Processes that go on by themselves, since the shared store does not answer.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
WORKERS = Gauge(
    "plant_community_workers", "Processes that serve.", multiprocess_mode="livesum", registry=REGISTRY
)  # fmt: skip
MEMORY = Gauge(
    "plant_community_resident_memory_bytes", "Of all processes that serve.", multiprocess_mode="livesum", registry=REGISTRY
)  # fmt: skip
OPEN_FILES = Gauge(
    "plant_community_open_fds",
    "Open file descriptors of the process that has most.",
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
MAX_FILES = Gauge(
    "plant_community_max_fds", "How many one process may have.", multiprocess_mode="livemin", registry=REGISTRY
)
TASKS = Gauge(
    "plant_community_asyncio_tasks",
    "Tasks of the event loop in the process that has most.",
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
LOOP_LAG = Gauge(
    "plant_community_event_loop_lag_seconds",
    "How late the event loop of the busiest process is.",
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
CPU_SECONDS = Counter(
    "plant_community_cpu_seconds", "Processor time of all processes that serve or served.", registry=REGISTRY
)
STARTED = Gauge(
    "plant_community_start_time_seconds",
    "When the oldest process began.",
    multiprocess_mode="livemin",
    registry=REGISTRY,
)

# Gauges read when somebody asks: the name without its prefix, what it means, its labels.
READ_WHEN_ASKED = {
    "build_info": ("1, with the version that runs.", ("version", "demo")),
    "collector_up": ("Whether this part could be read for this answer.", ("part",)),
    "circuit_state": ("1 for the state the circuit is in; open: its time is not over yet.", ("provider", "state")),
    "circuit_override": ("1 while an operator's order holds.", ("provider", "override")),
    "provider_resting": ("1 while no call goes out, by the reason that lasts longest.", ("provider", "reason")),
    "provider_calls_in_flight": ("Calls under way in the whole cluster.", ("provider",)),
    "provider_calls_in_flight_limit": ("How many there may be.", ("provider",)),
    "provider_quota_limit": ("What may be used in this window.", ("provider", "window")),
    "provider_quota_used": ("What is used, by our ledger and by the provider's count.", ("provider", "window", "origin")),
    "provider_quota_remaining": ("What is left, by both.", ("provider", "window", "origin")),
    "provider_quota_reset_timestamp_seconds": ("When the window begins anew.", ("provider", "window")),
    "quota_drift": ("What the provider has counted today beyond our ledger.", ("provider",)),
    "backup_last_success_timestamp_seconds": ("When the last backup was finished.", ()),
}  # fmt: skip
PREFIX = "plant_community_"


def begin_at_zero() -> None:
    """Let the series whose labels are known be there from the start: an increase from nothing to 1 is seen by nobody."""
    for provider in ProviderName:
        for outcome in Outcome:
            PROVIDER_CALLS.labels(provider.value, outcome.value)
        for reason in Reason:
            REFUSED_CALLS.labels(provider.value, reason.value)
        for was, now in ((a, b) for a in State for b in State if a is not b):
            TRANSITIONS.labels(provider.value, was.value, now.value)
        for instrument in (PROVIDER_SECONDS, CREDITS, CREDITS_SAVED):
            instrument.labels(provider.value)
    for event in FlightEvent:
        (CACHE_REQUESTS if event in CACHE_RESULTS else FLIGHT_EVENTS).labels(event.value)
    for agreement in Agreement:
        AGREEMENT.labels(agreement.value)
    for task in JOBS:
        for result in ("done", "failed"):
            JOB_RUNS.labels(task, result)


begin_at_zero()
