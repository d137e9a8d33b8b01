"""How quickly the first page of the web app is there, as Lighthouse judges it for a phone, and what it weighs."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.servers import server, simulator

ROUNDS = 5
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
SCRIPT_GOAL = 130_000  # bytes, gzip
WEB = Path(__file__).parent.parent / "web"


def judge(url: str) -> dict[str, Any]:
    """Lighthouse's report (mobile preset: a slow phone on a slow network, simulated)."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [
            "node",
            str(WEB / "node_modules/lighthouse/cli/index.js"),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={path}",
            f"--only-categories={','.join(GOALS)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ]
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": browser}, timeout=180)
        report: dict[str, Any] = json.loads(path.read_text())
    return report


def scripts_of(report: dict[str, Any]) -> int:
    """Bytes of the scripts that the first page asks for, as gzip."""
    items = report["audits"]["network-requests"]["details"]["items"]
    files = [
        item["url"].split("/static/web/")[1]
        for item in items
        if item["url"].endswith(".js") and "/static/web/" in item["url"]
    ]
    return sum((WEB / "dist" / f"{file}.gz").stat().st_size for file in files)


def report() -> str:
    """The table."""
    with simulator() as simulator_url, server(simulator_url) as (url, _):
        reports = [judge(url) for _ in range(ROUNDS)]
    lines = [
        f"## The first page of the web app (Lighthouse, mobile preset, median of {ROUNDS})",
        "",
        "| what | measured | goal |",
        "|---|---:|---:|",
    ]
    for name, goal in GOALS.items():
        scores = [round(100 * each["categories"][name]["score"]) for each in reports]
        lines.append(f"| {name} | {statistics.median(scores):.0f} ({min(scores)}-{max(scores)}) | at least {goal} |")
    for name in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time"):
        seconds = statistics.median(each["audits"][name]["numericValue"] for each in reports) / 1000
        lines.append(f"| {name.replace('-', ' ')} | {seconds:.2f} s | |")
    lines.append(f"| scripts, gzip | {scripts_of(reports[0]) / 1000:.0f} kB | at most {SCRIPT_GOAL // 1000} kB |")
    return "\n".join(lines)
