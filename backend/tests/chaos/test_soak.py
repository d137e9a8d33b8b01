"""Three minutes of the soak that `python -m benchmarks soak` runs for thirty: all that is asserted there is asserted here."""

import os
import sys

import pytest

from benchmarks import soak

EVERY_SOAK_HAS = {
    "providers down",
    "Plant.id slow",
    "Pl@ntNet garbage",
    "Valkey killed",
    "Valkey frozen",
    "PostgreSQL restarted",
    "worker killed",
    "server told to end",
    "disk of photos full",
}


@pytest.mark.skipif(os.environ.get("CHAOS") != "long", reason="takes six minutes: make chaos")
def test_soak_of_three_minutes_loses_nothing_and_grows_nowhere(capsys):
    """A fault every 20 seconds at 70 % of the capacity: no paid answer lost (law 4), only 2xx, 4xx and 503, no growth."""
    with capsys.disabled():
        lived = soak.run(180.0)
        sys.stdout.write(soak.write_report(lived))
    assert lived.problems == []
    assert {each.name for each in lived.struck} == EVERY_SOAK_HAS
    assert lived.compared.billed.total() > 100
