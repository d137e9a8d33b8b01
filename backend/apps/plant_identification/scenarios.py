"""What a test key can ask to happen, by name: the values of the X-Test-Scenario header."""

from dataclasses import dataclass, field

from identification.answer import ProviderName

RATE_LIMITED_SECONDS = 60.0
CIRCUIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How one simulated provider behaves: by the card it sees, by the key it is asked with, or not asked at all.

    `card` is one of plant_simulator.cards, `key` one that the simulator treats in its own way; `refused` are the seconds
    for which its circuit is open, 0 for one that is closed.
    """

    card: str = ""
    key: str = ""
    refused: float = 0.0

    @property
    def name(self) -> str:
        """What tells it from others."""
        return self.card or self.key or ("refused" if self.refused else "")


AS_USUAL = Behaviour()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that can happen. `problem`: our own refusal, before any provider is asked."""

    about: str  # what the client gets, for the guide and the API's description
    plant_id: Behaviour = AS_USUAL
    plantnet: Behaviour = AS_USUAL
    problem: str = ""
    retry_after: float | None = field(default=None)

    def of(self, name: ProviderName) -> Behaviour:
        """How this provider behaves."""
        return self.plant_id if name is ProviderName.PLANT_ID else self.plantnet


def both(card: str, about: str) -> Scenario:
    """Both providers see this card."""
    return Scenario(about=about, plant_id=Behaviour(card=card), plantnet=Behaviour(card=card))


NO_SCENARIO = Scenario(about="an ordinary answer")
SCENARIOS = {
    "plant_id_down": Scenario(about="200, degraded: Plant.id answers 503", plant_id=Behaviour(card="error_503")),
    "plantnet_down": Scenario(about="200, degraded: Pl@ntNet answers 503", plantnet=Behaviour(card="error_503")),
    "all_down": both("error_503_retry_after", "503 no-provider-available, Retry-After: 30"),
    "plant_id_timeout": Scenario(about="200, degraded: Plant.id never answers", plant_id=Behaviour(card="hang")),
    "timeout": both("hang", "503 no-provider-available, after the sandbox' time-out: nobody answers"),
    "slow": both("latency_5s", "200 after five seconds, or 202 with `Prefer: wait=1`"),
    "garbled": both(
        "truncated_json",
        "200, degraded: replies that cannot be read; Plant.id's is read again (reconciled), Pl@ntNet's is lost",
    ),
    "circuit_open": Scenario(
        about="503 no-provider-available at once: both have failed too often of late (circuit_open)",
        plant_id=Behaviour(refused=CIRCUIT_SECONDS),
        plantnet=Behaviour(refused=CIRCUIT_SECONDS),
    ),
    "quota_used_up": Scenario(
        about="503 no-provider-available: this server's allowance at both providers is used up (exhausted)",
        plant_id=Behaviour(key="no-credits"),
        plantnet=Behaviour(key="exhausted"),
    ),
    "invalid_key": Scenario(
        about="503 no-provider-available: both providers refuse this server's own key (key_refused)",
        plant_id=Behaviour(key="unknown"),
        plantnet=Behaviour(key="unknown"),
    ),
    "rate_limited": Scenario(
        about="429 too-many-requests, Retry-After: 60", problem="too-many-requests", retry_after=RATE_LIMITED_SECONDS
    ),
    "credits_used_up": Scenario(
        about="429 too-many-requests with violated-policies [key-credits]: the key's budget of the day is used up",
        problem="key-credits",
    ),
    "server_error": Scenario(about="500 internal-error", problem="internal-error"),
    "not_a_plant": both("not_a_plant_card", "200, level not_a_plant"),
    "unsure": both("low_confidence", "200, level unsure or maybe: several candidates score alike"),
    "disagree": both("disagree", "200: the providers name different plants"),
    "genus_only": both("genus_only", "200, agreement genus: the providers agree on the genus, not on the species"),
    "unhealthy": both("unhealthy", "200; with include_diseases an ill plant"),
    "healthy": both("healthy", "200; with include_diseases a healthy plant"),
}
