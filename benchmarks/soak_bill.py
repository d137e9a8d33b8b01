"""The providers' bill beside the database: whether every answer that was paid for is there (law 4)."""

import contextlib
import datetime as dt
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.grown import Installation
from benchmarks.mixed_load import Call, Photos
from benchmarks.soak_faults import Gone, control
from identification.photo import normalise, raw_digest

STORED = """
SELECT photo.raw_digest, answer.provider, count(DISTINCT answer.id)
FROM plant_identification_provideranswer answer
JOIN plant_identification_identification asked ON asked.reference = answer.reference
JOIN plant_identification_photo photo ON photo.identification_id = asked.id
GROUP BY 1, 2
"""
ENDS = """
SELECT coalesce(asked.answer, asked.problem)
FROM plant_identification_identification asked
JOIN plant_identification_photo photo ON photo.identification_id = asked.id
WHERE coalesce(asked.answer, asked.problem) IS NOT NULL AND photo.raw_digest = %s
"""
UNSETTLED = """
SELECT (SELECT count(*) FROM plant_identification_identification WHERE status = 'running')
     + (SELECT count(*) FROM plant_identification_unheardcall)
"""
SETTLED_SECONDS = (
    240.0  # until what a killed process left behind is settled: run_seconds, a minute of upkeep, and slack
)
PAST_END = 20.0  # a call may go on for so long after its client was answered: run_seconds and some
NO_RECORD = "plantnet"  # keeps no record of what it answered, so a lost answer cannot be read again
FAILED = f"[CIRCUIT] {NO_RECORD}_api call FAILED"  # circuit_monitoring.py


class Missing(NamedTuple):
    """A billed answer that is not stored. `because` says which doubt it fell into, "" when it is simply lost."""

    provider: str
    photo: int
    because: str


class Compared(NamedTuple):
    """Both sides of the account."""

    billed: Counter[str]  # by provider
    stored: Counter[str]
    reconciled: int  # Plant.id's answers that were read again by custom_id
    missing: list[Missing]
    unbilled: int  # stored beyond what was billed

    @property
    def lost(self) -> list[Missing]:
        """Those that nothing explains."""
        return [each for each in self.missing if not each.because]


def wait_until_settled(grown: Installation, simulator_url: str) -> bool:
    """Whether no call is under way, no identification runs and no answer is looked for any more, within SETTLED_SECONDS."""
    give_up = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < give_up:
        bill = control(simulator_url, "billing")
        if (
            not bill["plant_id"]["in_flight"] + bill[NO_RECORD]["in_flight"]
            and not grown.postgres.query(UNSETTLED)[0][0]
        ):
            return True
        time.sleep(1.0)
    return False


def compare(grown: Installation, simulator_url: str, calls: Sequence[Call], gone: Sequence[Gone]) -> Compared:
    """The bill and the rows, photo by photo: each photo here was sent as a new one once."""
    bill = {(row["provider"], row["sha256"]): row["accepted"] for row in control(simulator_url, "billing")["photos"]}
    rows = {(digest, provider): count for digest, provider, count in grown.postgres.query(STORED)}
    photos, missing, unbilled, failed = Photos(), [], 0, failed_calls(grown.folder)
    billed, stored = Counter[str](), Counter[str]()
    for number in sorted({call.photo for call in calls if call.photo is not None}):
        upload = photos.make(number)
        sent = normalise(upload)
        for provider, content in (("plant_id", sent.large), (NO_RECORD, sent.medium)):
            paid = bill.pop((provider, hashlib.sha256(content).hexdigest()), 0)
            kept = rows.get((raw_digest(upload), provider), 0)
            billed[provider] += paid
            stored[provider] += kept
            unbilled += max(0, kept - paid)
            if kept < paid:
                of_photo = [call for call in calls if call.photo == number]
                told = [end for (end,) in grown.postgres.query(ENDS, raw_digest(upload))]
                doubts = [find_doubt(provider, told, of_photo, gone, failed) for _ in range(paid - kept)]
                missing += [Missing(provider, number, doubt) for doubt in doubts]
    if bill:  # a photo that we did not send, or whose bytes are not those we think they are: nothing was compared
        missing += [Missing(provider, -1, "") for provider, _ in bill]
    reconciled = grown.postgres.query(
        "SELECT count(*) FROM plant_identification_provideranswer WHERE payload->>'reconciled' = 'true'"
    )[0][0]
    return Compared(billed, stored, int(reconciled), missing, unbilled)


def failed_calls(folder: Path) -> list[float]:
    """When calls to NO_RECORD that may be charged ended without an answer, by the servers' logs (time.monotonic())."""
    ends, to_monotonic = [], time.monotonic() - time.time()
    for path in folder.glob("*.log"):
        for line in path.read_text(errors="replace").splitlines():
            if FAILED in line:
                with contextlib.suppress(json.JSONDecodeError):  # the last line of a process that was killed
                    said = json.loads(line)
                    if said["charge"]:
                        ends.append(dt.datetime.fromisoformat(said["timestamp"]).timestamp() + to_monotonic)
    return sorted(ends)


def find_doubt(
    provider: str, told: Sequence[dict[str, Any]], calls: Sequence[Call], gone: Iterable[Gone], failed: list[float]
) -> str:
    """Why an answer may be missing: Pl@ntNet's that came to nobody. Of Plant.id's none may, since they are read again.

    `told` are the stored ends of the photo's identifications: the doubt must stand there, as it stood in the answer.
    And its call must have ended without an answer while they were under way, or soon after: one moment of `failed` is
    taken for it. "Late" alone says nothing, since a late answer is kept when it comes.
    """
    if provider != NO_RECORD:
        return ""
    if any(call.began <= each.began <= call.ended + PAST_END for call in calls for each in gone):
        return "its process was killed while it waited for the answer"  # first: it logged no failed call
    lines = [line for end in told for line in end.get("reports") or end.get("providers") or ()]
    if any(line["provider"] == provider and line.get("maybe_charged") for line in lines) and _take(failed, calls):
        return "told as `maybe_charged`, and the call failed: garbage, or no answer in time"
    return ""


def _take(failed: list[float], calls: Iterable[Call]) -> bool:
    """Whether one of these moments lies within a call, or soon after; it is for no other then."""
    windows = [(call.began, call.ended + PAST_END) for call in calls]
    moment = next((each for each in failed if any(began <= each <= until for began, until in windows)), None)
    if moment is not None:
        failed.remove(moment)
    return moment is not None
