"""What happens to one identification, as it is told; and what is known of it after that."""

from dataclasses import dataclass, field, replace

from state.bodies import Body
from state.problems import Problem


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has the question; from here on the answer is not lost."""

    id: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A provider has answered, or has not."""

    report: Body
    so_far: Body | None


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The line was cut; the server goes on."""


@dataclass(frozen=True, slots=True)
class Running:
    """What the server had when it was asked at the identification's address."""

    body: Body


@dataclass(frozen=True, slots=True)
class Answered:
    """The end: an answer."""

    body: Body


@dataclass(frozen=True, slots=True)
class Failed:
    """The end: none."""

    problem: Problem


type News = Accepted | Reported | Reconnecting | Running | Answered | Failed


@dataclass(frozen=True, slots=True)
class Live:
    """One identification that is looked at."""

    phase: str = "running"  # or "complete", "failed"
    reports: tuple[Body, ...] = ()
    so_far: Body | None = None
    own: tuple[bytes, ...] = ()  # the asker's photos, until the server has them
    body: Body | None = None
    problem: Problem | None = None
    reconnecting: bool = False
    kept: bool = field(default=False)  # read from the phone, since the server is out of reach


def after(live: Live, news: News) -> Live:
    """What is known after the news."""
    match news:
        case Reported(report, so_far):
            others = tuple(each for each in live.reports if each["provider"] != report["provider"])
            return replace(live, reconnecting=False, reports=(*others, report), so_far=so_far or live.so_far)
        case Running(body):
            so_far = (
                {"verdict": body["verdict"], "suggestions": body["suggestions"]} if body["verdict"] else live.so_far
            )
            return replace(live, reconnecting=False, body=body, reports=tuple(body["providers"]), so_far=so_far)
        case Answered(body):
            reports = tuple(body["providers"])
            return replace(
                live, phase="complete", reconnecting=False, kept=False, body=body, reports=reports, problem=None
            )
        case Failed(problem):
            return replace(live, phase="failed", reconnecting=False, problem=problem)
        case Reconnecting():
            return replace(live, reconnecting=True)
        case Accepted():
            return live


def judge(body: Body) -> News:
    """What a stored identification is news of."""
    if body["status"] == "running":
        return Running(body)
    if body["status"] == "complete":
        return Answered(body)
    return Failed(Problem.of_body(body.get("problem") or {"code": "internal-error"}))
