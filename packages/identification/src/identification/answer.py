"""What comes back: a provider's answer, and the answer to the user made of one or two of them.

Immutable and typed; `msgspec.json.encode` gives their JSON, which is both what the archive stores and what the API
sends. A field that a provider did not fill is None or empty: never guessed (law 11).
"""

import enum
from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all answers: immutable, fields by name."""


class ProviderName(enum.StrEnum):
    """The two services behind this project; in this order wherever order is needed."""

    PLANT_ID = "plant_id"
    PLANTNET = "plantnet"

    @property
    def label(self) -> str:
        """The service's name as it writes it itself, for sentences."""
        return {"plant_id": "Plant.id", "plantnet": "Pl@ntNet"}[self.value]


class Agreement(enum.StrEnum):
    """How far the providers that answered agree about the best name."""

    BOTH = "both"  # the same species, or both see no plant
    GENUS = "genus"  # different species of one genus
    DISAGREE = "disagree"  # nothing in common, or only one of them sees a plant
    SINGLE = "single"  # at most one provider has a name to offer: only one answered, or the rest have no clear name


class Level(enum.StrEnum):
    """How much the user should trust the best name, strongest first (docs/adr/0006-consensus.md)."""

    SURE = "sure"
    LIKELY = "likely"
    MAYBE = "maybe"
    GROUP = "group"  # a genus or family, species unsure
    UNSURE = "unsure"
    NOT_A_PLANT = "not_a_plant"


class Attribution(Struct):
    """Whose text or picture it is, as the provider states it."""

    author: str | None = None
    license_name: str | None = None
    license_url: str | None = None
    source_url: str | None = None


class ReferenceImage(Struct):
    """A picture of a candidate, to compare with the user's own; shown only with its attribution."""

    url: str
    attribution: Attribution
    thumb_url: str | None = None
    organ: str | None = None
    similarity: float | None = None  # 0..1, Plant.id only


class SourcedText(Struct):
    """A paragraph somebody wrote, with its source (law 11)."""

    text: str
    attribution: Attribution


class TaxonIds(Struct):
    """Where the name is found in the great databases."""

    gbif_backbone: int | None = None  # the frozen backbone of 2023; not a Catalogue of Life id
    powo: str | None = None
    inaturalist: int | None = None
    iucn_category: str | None = None


class Candidate(Struct):
    """One name a provider offers. `score` is 0..1 on that provider's own scale: never compared across providers."""

    name: str  # scientific, without author
    score: float
    authorship: str = ""
    rank: str = "species"
    genus: str | None = None
    family: str | None = None
    common_names: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    ids: TaxonIds = TaxonIds()
    images: tuple[ReferenceImage, ...] = ()
    description: SourcedText | None = None
    wikipedia_url: str | None = None


class Treatment(Struct):
    """What the provider advises against a health problem."""

    biological: tuple[str, ...] = ()
    chemical: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()


class HealthFinding(Struct):
    """One possible problem. `score` is 0..1; healthy plants have findings with small scores too."""

    name: str
    score: float
    local_name: str | None = None
    description: str | None = None
    cause: str | None = None
    classification: tuple[str, ...] = ()
    common_names: tuple[str, ...] = ()
    url: str | None = None
    treatment: Treatment = Treatment()
    images: tuple[ReferenceImage, ...] = ()


class HealthQuestion(Struct):
    """A yes-or-no question that would tell two problems apart; to show, it cannot be answered to the provider."""

    text: str
    yes: str  # name of the finding that a yes speaks for
    no: str


class Health(Struct):
    """Plant.id's health assessment. Decide by `is_healthy`, never by whether findings exist."""

    is_healthy: bool
    probability: float  # of being healthy, 0..1
    findings: tuple[HealthFinding, ...] = ()
    question: HealthQuestion | None = None


class PredictedOrgan(Struct):
    """The organ a provider sees on the photo at `position` (from 0), with its score 0..1."""

    position: int
    organ: str
    score: float


class ProviderAnswer(Struct):
    """One provider's answer to one question, as it is archived. "Not a plant" is an answer (law 7)."""

    provider: ProviderName
    is_plant: bool
    credits: float  # what the call cost: Plant.id credits, or Pl@ntNet requests
    model_version: str
    plant_probability: float | None = None
    candidates: tuple[Candidate, ...] = ()  # best first
    health: Health | None = None
    health_asked: bool = False  # asked and None above: the part is missing, not healthy
    predicted_organs: tuple[PredictedOrgan, ...] = ()
    remote_id: str | None = None  # Plant.id's access token: to read again, give feedback, delete
    quota_remaining: int | None = None  # the provider's own count after this call
    reconciled: bool = False  # read again by our reference after an ambiguous timeout (law 9)
    simulated: bool = False
    archive_id: int | None = None  # under which the archive holds it


class Told(Struct):
    """A provider's answer and where it came from: `source` is a resilience.cache.Source.

    `age` and `ttl` in seconds; `ttl` is negative when it is stale, and `stale_because` says why it is given all the same.
    """

    answer: ProviderAnswer
    source: str = "fresh"
    age: float = 0.0
    ttl: float = 0.0
    stale_because: str = ""


class Suggestion(Struct):
    """One candidate of the answer to the user: a taxon, with each provider's own score for it."""

    name: str
    rank: str
    scores: dict[ProviderName, float]
    authorship: str = ""
    genus: str | None = None
    family: str | None = None
    common_names: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()  # other scientific names under which a provider gave it
    ids: TaxonIds = TaxonIds()
    images: tuple[ReferenceImage, ...] = ()
    description: SourcedText | None = None
    wikipedia_url: str | None = None


class NextPhoto(Struct):
    """Which photo would help most, and why."""

    organ: str
    reason: str


class Verdict(Struct):
    """What the answers mean together. `name` and `rank` are None when unsure or not a plant."""

    level: Level
    agreement: Agreement
    name: str | None = None
    rank: str | None = None
    reason: str = ""  # one sentence: why this level
    next_photo: NextPhoto | None = None


class Consensus(Struct):
    """The verdict and the candidates behind it, best first."""

    verdict: Verdict
    suggestions: tuple[Suggestion, ...] = ()


class CallState(enum.StrEnum):
    """How the call to one provider ended."""

    OK = "ok"  # "not a plant" too: it is an answer (law 7)
    UNAVAILABLE = "unavailable"  # down or too slow
    REPLY_INVALID = "reply_invalid"  # answered with something that is no answer
    EXHAUSTED = "exhausted"  # quota or credits used up
    KEY_REFUSED = "key_refused"  # the operator must act
    REJECTED = "rejected"  # our request was wrong
    LATE = "late"  # still running at the deadline; its answer is kept when it comes
    CIRCUIT_OPEN = "circuit_open"  # not asked: it has failed too often of late
    PAUSED = "paused"  # not asked: it told us to wait
    QUOTA = "quota"  # not asked: our own limit is reached
    BUSY = "busy"  # not asked: too many calls to it are under way


class ProviderReport(Struct):
    """One line of the receipt: what one provider did for this answer (law 10)."""

    provider: ProviderName
    state: CallState
    seconds: float
    credits: float = 0.0  # billed; for a failed call what may have been billed is not counted here
    maybe_charged: bool = False  # failed in a way that may have been billed all the same
    is_plant: bool | None = None
    model_version: str | None = None
    retry_after: float | None = None  # seconds until asking again makes sense, where known
    reconciled: bool = False
    simulated: bool = False
    source: str = "fresh"  # fresh, collapsed (another request's call), l1, store, archive, stale
    age: float = 0.0  # seconds since the provider produced it
    ttl: float = 0.0  # seconds it stays fresh; negative: stale
    stale_because: str = ""


class Answer(Struct):
    """What the user gets: the consensus, the health part, and the receipt."""

    consensus: Consensus
    reports: tuple[ProviderReport, ...]
    health: Health | None = None
    health_asked: bool = False
    degraded: tuple[str, ...] = ()  # sentences: what is missing, and why; empty when all is there
    cost: dict[ProviderName, float] = {}  # Plant.id credits and Pl@ntNet requests: two currencies, never added up
    simulated: bool = False
