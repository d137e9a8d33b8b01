"""Requests that a machine thinks up from the OpenAPI document: every answer is one that the document describes."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
from signing_up import sign_up

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
OWN = r"/(me|api-keys)/"
GENEROUS = dict.fromkeys(("IDENTIFY_RATE_AUTHENTICATED", "IDENTIFY_BURST_AUTHENTICATED", "API_RATE"), "1000000/second")


def make_key(address, token):
    """A live key with every scope; the server is in demo mode, so its questions cost nothing either."""
    scopes = ["identify:write", "history:read", "history:write", "usage:read"]
    body = {"name": "examiner", "mode": "live", "scopes": scopes}
    made = httpx.post(f"{address}/api/v1/api-keys/", json=body, headers={"X-Session-Token": token})
    return made.json()["key"]


def test_every_answer_is_as_described(serve, tmp_path):
    """All checks, also on sequences of requests, in production: what an API key may do, then what only a person may."""
    with serve(DEBUG="false", **GENEROUS) as (address, _):
        token = sign_up(address, tmp_path / "server.log")
        by_key = f"Authorization: Bearer {make_key(address, token)}"
        runs = [
            examine(address, by_key, tmp_path, "--exclude-path-regex", OWN),
            examine(address, f"X-Session-Token: {token}", tmp_path, "--include-path-regex", OWN),
        ]
    for ended in runs:
        assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]


def examine(address, header, folder, *which):
    """What schemathesis finds."""
    arguments = ["--checks", "all", "--max-examples", "20", "--request-timeout", "30", "--seed", "1", "--no-color"]
    return subprocess.run(
        [SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run", f"{address}/api/v1/openapi.json",
         "--header", header, *arguments, *which],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=400,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "photos_for_schemathesis", "PYTHONPATH": str(HERE)},
    )  # fmt: skip
