"""`python -m plant_simulator`: both providers on a port of this machine."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plant_simulator.config import SimulatorConfig
from plant_simulator.latency import Latency
from plant_simulator.serving import serve


def read_latency(text: str) -> Latency:
    """A latency from "0.5" (always) or "0.3:1" (between), in seconds. Raises ValueError."""
    low, colon, high = text.partition(":")
    if not colon:
        return Latency(seconds=float(text))
    return Latency(distribution="uniform", low=float(low), high=float(high))


def read_config(arguments: argparse.Namespace) -> SimulatorConfig:
    """The settings that the command line asks for. Raises ValueError and OSError."""
    config = replace(SimulatorConfig.realistic(), seed=arguments.seed)
    if arguments.latency is not None:
        config = replace(config, plant_id_latency=arguments.latency, plantnet_latency=arguments.latency)
    if arguments.config is not None:
        config = config.changed(json.loads(arguments.config.read_text(encoding="utf-8")))
    return config


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal; the exit status."""
    parser = argparse.ArgumentParser(prog="plant_simulator", description="Plant.id v3 and Pl@ntNet v2, simulated.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8090, help="port to listen on, 0 for any free one (default: 8090)")
    parser.add_argument("--latency", type=read_latency, help="seconds an identification takes: 0, 0.5 or 0.3:1")
    parser.add_argument("--seed", type=int, default=0, help="decides random latencies and tokens (default: 0)")
    parser.add_argument("--config", type=Path, help="JSON file with what POST /_control/config takes")
    arguments = parser.parse_args(argv)
    try:
        serve(arguments.host, arguments.port, read_config(arguments))
    except (OSError, ValueError) as exc:
        print(f"plant_simulator: {exc}", file=sys.stderr)  # noqa: T201  # a program's own voice
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
