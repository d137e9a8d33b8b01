"""What went wrong, and the words for it."""

from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Self

from state.bodies import Body
from state.words import PROVIDERS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`code` is the server's (RFC 9457, member `code`), or `unreachable` and `offline`, which only a client can know."""

    code: str
    status: int = 0
    retry_after: float | None = None  # seconds
    request_id: str = ""
    providers: list[Body] = field(default_factory=list)
    errors: list[Body] = field(default_factory=list)
    flows: list[Body] = field(default_factory=list)  # of the account routes: the steps that are open

    @classmethod
    def of_body(cls, body: Body, *, status: int = 0, retry_after: float | None = None) -> Self:
        """The problem that a body of the server tells; what a proxy says is a fault of the server."""
        code = body.get("code")
        if not isinstance(code, str):
            code = "body-too-large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "internal-error"
            return cls(code=code, status=status, retry_after=retry_after)
        said = body.get("retry_after")
        return cls(
            code=code,
            status=int(body.get("status") or status),
            retry_after=retry_after if said is None else float(said),
            request_id=str(body.get("request_id") or ""),
            providers=list(body.get("providers") or []),
            errors=list(body.get("errors") or []),
            flows=list((body.get("data") or {}).get("flows") or []),
        )

    def as_dict(self) -> dict[str, Any]:
        """For keeping it."""
        return asdict(self)

    @property
    def is_passing(self) -> bool:
        """Whether the same question may be answered later: nothing of it is the question's fault."""
        return self.code in {"offline", "unreachable", "no-provider-available", "interrupted"} or self.status >= 500  # noqa: PLR2004


UNREACHABLE = Problem(code="unreachable")


class ApiError(Exception):
    """A call that did not succeed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def problem_words(problem: Problem, words: Words) -> tuple[str, str]:
    """Title and text; what has none of its own gets calm ones, never the server's raw text."""
    unknown = words.table("common.unknownProblem")
    own = words.table("common.problems").get(problem.code, unknown)
    return own["title"], own["text"] or unknown["text"]


def state_of(report: Body, words: Words) -> str:
    """What a provider did, as a sentence without its full stop."""
    said = words.get("common.states", report["state"], words("common.noAnswerState"))
    return f"{PROVIDERS.get(report['provider'], report['provider'])} {said}"


def field_errors(problem: Problem | None, words: Words) -> dict[str, str]:
    """A sentence for each field by its name; under "" what is about none. In the app's words where it knows them."""
    found: dict[str, str] = {}
    for error in problem.errors if problem else []:
        name = [*str(error.get("pointer") or "").split("/"), ""][1]
        sentence = words.get("account.errors", str(error.get("code") or ""), str(error.get("detail") or ""))
        if error.get("code") == "invalid" and name == "email":
            sentence = words("account.invalidEmail")
        found[name] = f"{found.get(name, '')} {sentence}".strip()
    return found
