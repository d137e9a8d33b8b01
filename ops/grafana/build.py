"""Builds the Grafana dashboards: `python ops/grafana/build.py` writes ops/grafana/dashboards/*.json anew."""

from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="$source")
RATE = "[$__rate_interval]"
HEIGHT, HALF, FULL = 8, 12, 24

type Line = tuple[str, str]  # an expression, and what the legend calls its series
type Panel = stat.Panel | timeseries.Panel


def graph(title: str, unit: str, about: str, *lines: Line, width: int = HALF) -> timeseries.Panel:
    """Lines over time. `about` says what to make of them at 3 a.m."""
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = timeseries.Panel().title(title).description(about).unit(unit).datasource(SOURCE).min(0)
    return _with_lines(panel.legend(legend.show_legend(True)).height(HEIGHT).span(width), lines)  # noqa: FBT003 - a switch of the builder


def number(title: str, unit: str, about: str, *lines: Line, width: int = 4) -> stat.Panel:
    """The latest value, large."""
    panel = stat.Panel().title(title).description(about).unit(unit).datasource(SOURCE)
    latest = common.ReduceDataOptions().calcs(["lastNotNull"])
    return _with_lines(panel.reduce_options(latest).height(4).span(width), lines)


def _with_lines[P: Panel](panel: P, lines: tuple[Line, ...]) -> P:
    for at, (expression, legend) in enumerate(lines):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + at))
        panel.with_target(query)
    return panel


def board(uid: str, title: str, about: str, *panels: Panel) -> dashboard.Dashboard:
    """One dashboard of the last six hours."""
    built = dashboard.Dashboard(title).uid(f"plant-community-{uid}").description(about).tags(["plant-community"])
    source = dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")
    built.refresh("30s").time("now-6h", "now").timezone("utc").with_variable(source)
    for at, panel in enumerate(panels, start=1):
        built.with_panel(panel.id(at))
    return built


def overview() -> dashboard.Dashboard:
    """What to look at first."""
    return board(
        "overview",
        "Plant Community",
        "Is it well? The targets, what people get, and what it costs.",
        number("Workers", "short", "Processes that serve.", ("sum(plant_community_workers)", "")),
        number(
            "Not asked",
            "short",
            "Providers to which no call goes out now.",
            ("sum(max by (provider) (plant_community_provider_resting))", ""),
        ),
        number("Kept answers, a day", "percentunit", "Target: 40 %.", ("plant_community:cache_hit:ratio_1d", "")),
        number(
            "Circuits open, a day",
            "percentunit",
            "Target: less than 1 %.",
            ("plant_community:circuit_open:ratio_1d", "{{provider}}"),
        ),
        number(
            "With an account",
            "percentunit",
            "Target: 100 %.",
            ("plant_community:authenticated_identifications:ratio_1h", ""),
        ),
        number("Legacy, a day", "percentunit", "Target: below 5 %.", ("plant_community:legacy_requests:ratio_1d", "")),
        graph(
            "Identifications",
            "reqps",
            "What people got. Many refused or failed: see Providers and circuits.",
            (f"sum by (outcome) (rate(plant_community_identifications_total{RATE}))", "{{outcome}}"),
        ),
        graph(
            "How long they take",
            "s",
            "From asking the providers to the stored answer.",
            *quantiles("plant_community_identification_duration_seconds"),
        ),
        graph(
            "Failures",
            "percentunit",
            "Share of the API's answers with 5xx; the objective is 1 %.",
            ("plant_community:errors:ratio_5m", "5 minutes"),
            ("plant_community:errors:ratio_1h", "an hour"),
        ),
        graph(
            "Under way",
            "short",
            "Runs of all processes; flights are answers being got. A line that only rises: something hangs.",
            ("sum(plant_community_running_identifications)", "identifications"),
            ("sum(plant_community_flights)", "flights"),
        ),
        graph(
            "Credits an hour",
            "short",
            "Charged, and what kept or shared answers would have cost.",
            ("sum by (provider) (increase(plant_community_provider_credits_total[1h]))", "{{provider}}"),
            ("sum by (provider) (increase(plant_community_credits_saved_total[1h]))", "{{provider}} saved"),
        ),
        graph(
            "Where answers come from",
            "reqps",
            "fresh: paid for; collapsed: of somebody else's call; the rest was kept.",
            (f"sum by (result) (rate(plant_community_cache_requests_total{RATE}))", "{{result}}"),
        ),
    )


def providers() -> dashboard.Dashboard:
    """The two services, and the rules before them."""
    return board(
        "providers",
        "Plant Community: providers and circuits",
        "Who is asked, who is not and why, what is left.",
        graph(
            "Circuits not closed",
            "short",
            "1: no call goes out (open), or one as a trial (half_open).",
            ('max by (provider, state) (plant_community_circuit_state{state!="closed"})', "{{provider}} {{state}}"),
        ),
        graph(
            "Why no call goes out",
            "short",
            "resting: after failures; paused: by its own word, a refused key or an order; out_of_quota.",
            ("max by (provider, reason) (plant_community_provider_resting)", "{{provider}} {{reason}}"),
            ("max by (provider, override) (plant_community_circuit_override)", "{{provider}} ordered {{override}}"),
        ),
        graph(
            "Calls",
            "reqps",
            "How calls ended. key_refused needs a person.",
            (
                f"sum by (provider, outcome) (rate(plant_community_provider_requests_total{RATE}))",
                "{{provider}} {{outcome}}",
            ),
        ),
        graph(
            "Calls not let out",
            "reqps",
            "By the rule that refused them. in_flight: raise MAX_IN_FLIGHT, or wait.",
            (
                f"sum by (provider, reason) (rate(plant_community_provider_refusals_total{RATE}))",
                "{{provider}} {{reason}}",
            ),
        ),
        graph(
            "Latency of calls, 95 %",
            "s",
            "Rising before a circuit opens: they are overloaded.",
            (
                (
                    "histogram_quantile(0.95, sum by (provider, le) "
                    f"(rate(plant_community_provider_request_duration_seconds_bucket{RATE})))"
                ),
                "{{provider}}",
            ),
        ),
        graph(
            "Calls at once",
            "short",
            "In the whole cluster.",
            ("max by (provider) (plant_community_provider_calls_in_flight)", "{{provider}}"),
            ("max by (provider) (plant_community_provider_calls_in_flight_limit)", "{{provider}} limit"),
        ),
        graph(
            "Quota left today",
            "short",
            "By our ledger and by the provider's own count; the smaller one holds.",
            (
                'min by (provider, origin) (plant_community_provider_quota_remaining{window="day"})',
                "{{provider}} by {{origin}}",
            ),
        ),
        graph(
            "Drift",
            "short",
            "What they counted beyond our ledger.",
            ("max by (provider) (plant_community_quota_drift)", "{{provider}}"),
        ),
        graph(
            "Changes of state, an hour",
            "short",
            "A circuit that opens for less than a scrape is seen here only.",
            (
                'sum by (provider, to) (increase(plant_community_circuit_transitions_total{to!="half_open"}[1h]))',
                "{{provider}} to {{to}}",
            ),
        ),
        graph(
            "Agreement of the two",
            "percentunit",
            "A fall without another reason: one of them has a new model.",
            ("plant_community:provider_agreement:ratio_6h", "6 hours"),
            ("plant_community:provider_agreement:ratio_7d", "7 days"),
        ),
    )


def callers() -> dashboard.Dashboard:
    """Who asks for what."""
    return board(
        "callers",
        "Plant Community: HTTP and callers",
        "Routes, versions, who is refused; nobody's name.",
        graph(
            "Requests by route",
            "reqps",
            "As urls.py names them.",
            (f"sum by (http_route) (rate(http_server_request_duration_seconds_count{RATE}))", "{{http_route}}"),
            width=FULL,
        ),
        graph(
            "Failures by route",
            "reqps",
            "5xx only: the log has each with its request id.",
            (
                (
                    "sum by (http_route) "
                    f'(rate(http_server_request_duration_seconds_count{{http_response_status_class="5xx"}}{RATE}))'
                ),
                "{{http_route}}",
            ),
        ),
        graph(
            "Slowest routes, 95 %",
            "s",
            "Until the answer begins; a stream begins at once.",
            (
                (
                    "topk(8, histogram_quantile(0.95, sum by (http_route, le) "
                    f"(rate(http_server_request_duration_seconds_bucket{RATE}))))"
                ),
                "{{http_route}}",
            ),
        ),
        graph(
            "Versions",
            "reqps",
            "legacy: without one, to end on LEGACY_API_SUNSET.",
            (f"sum by (version) (rate(plant_community_api_requests_total{RATE}))", "{{version}}"),
        ),
        graph(
            "Callers",
            "reqps",
            "Sessions and tokens, API keys, nobody.",
            (f"sum by (caller) (rate(plant_community_api_requests_total{RATE}))", "{{caller}}"),
        ),
        graph(
            "401", "percentunit", "Target: less than 10 %.", ("plant_community:unauthorized:ratio_15m", "15 minutes")
        ),
        graph(
            "Refused by a limit",
            "reqps",
            "429, by the limit that refused.",
            (f"sum by (limit) (rate(plant_community_rate_limited_requests_total{RATE}))", "{{limit}}"),
        ),
    )


def server() -> dashboard.Dashboard:
    """The processes and what they stand on."""
    return board(
        "server",
        "Plant Community: the server itself",
        "Processes, store, database, jobs, backup.",
        graph(
            "Alone",
            "short",
            "Processes that do not reach the shared store.",
            ("sum(plant_community_store_degraded)", "processes"),
        ),
        graph(
            "Could be read",
            "short",
            "0: the database, or a circuit's state, did not answer within two seconds.",
            ("min by (part) (plant_community_collector_up)", "{{part}}"),
        ),
        graph(
            "Memory",
            "bytes",
            "Of all workers of a server.",
            ("plant_community_resident_memory_bytes", "{{instance}}"),
        ),
        graph(
            "Processor",
            "short",
            "Cores in use.",
            (f"rate(plant_community_cpu_seconds_total{RATE})", "{{instance}}"),
        ),
        graph(
            "Event loop",
            "s",
            "How late the busiest process is. Above 0.1 s: too few workers, or something blocks.",
            ("plant_community_event_loop_lag_seconds", "{{instance}}"),
        ),
        graph(
            "Open files",
            "short",
            "Of the process that has most, and how many it may have.",
            ("max(plant_community_open_fds)", "open"),
            ("min(plant_community_max_fds)", "limit"),
        ),
        graph(
            "Jobs, an hour",
            "short",
            "Turns of what the server does by itself.",
            ("sum by (task, result) (increase(plant_community_job_runs_total[1h]))", "{{task}} {{result}}"),
        ),
        graph(
            "Since a job did its work",
            "s",
            "upkeep, exports and deletions come every minute, retention every hour.",
            ("time() - max by (task) (plant_community_job_last_success_timestamp_seconds)", "{{task}}"),
        ),
        graph(
            "Flights",
            "reqps",
            "lead_lost and alone may mean a second bill.",
            (f"sum by (event) (rate(plant_community_flight_events_total{RATE}))", "{{event}}"),
        ),
        number(
            "Last backup",
            "s",
            "Ago.",
            ("time() - max(plant_community_backup_last_success_timestamp_seconds)", ""),
            width=6,
        ),
        number("Version", "none", "What runs.", ("plant_community_build_info", "{{version}}"), width=6),
    )


def quantiles(histogram: str) -> tuple[Line, ...]:
    """Half, nearly all, all but one of a hundred."""
    return tuple(
        (f"histogram_quantile({share}, sum by (le) (rate({histogram}_bucket{RATE})))", f"{share:.0%}")
        for share in (0.5, 0.95, 0.99)
    )


def build() -> dict[str, str]:
    """The text of each file, by its name."""
    boards = {"overview": overview(), "providers": providers(), "callers": callers(), "server": server()}
    encode = JSONEncoder(sort_keys=True, indent=2).encode
    return {f"{name}.json": encode(each.build()) + "\n" for name, each in boards.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in build().items():
        (FOLDER / name).write_text(text)
