"""Both adapters against the simulator, over sockets: every fault, one POST, and a bill that matches what we say."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from identification.answer import ProviderAnswer
from identification.photo import NormalisedPhoto
from identification.providers.http import open_session
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig
from identification.question import Organ, Place, Question
from plant_simulator import KINDS, Simulator, SimulatorConfig
from plant_simulator.latency import Latency
from resilience.deadline import Deadline
from resilience.errors import ProviderError, ProviderExhausted, ProviderKeyRefused
from resilience.ports import SystemClock

# Faults after whose first call the answer is had all the same: they charge, or only spoil what we need not trust.
FOUND_BY_REFERENCE = {
    "charged_but_never_answered",
    "slow_drip",
    "reset_mid_body",
    "truncated_json",
    "not_json",
    "empty_body",
    "huge_body",
}
HARMLESS = {"latency", "wrong_content_type"}


def jpeg(colour: tuple[int, int, int]) -> bytes:
    """A photo of a leaf, as far as the simulator can tell."""
    light = Image.linear_gradient("L").resize((320, 240)).convert("RGB")
    out = io.BytesIO()
    Image.blend(light, Image.new("RGB", light.size, colour), 0.6).save(out, "JPEG", quality=85)
    return out.getvalue()


def question(*, health: bool = False, reference: int = 4_503_599_627_370_499) -> Question:
    """A plant on two photos."""
    photos = tuple(
        NormalisedPhoto(digest="", width=320, height=240, large=data, medium=data, thumbnail=b"")
        for data in (jpeg((40, 160, 50)), jpeg((30, 120, 40)))
    )
    return Question(
        photos=photos,
        organs=(Organ.LEAF, Organ.AUTO),
        reference=reference,
        place=Place.rounded(50, 14),
        health=health,
    )


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Both providers, answering at once."""
    quick = Latency(seconds=0.0)
    async with Simulator(SimulatorConfig(plant_id_latency=quick, plantnet_latency=quick)) as running:
        yield running


@pytest.fixture
async def providers(simulator) -> AsyncIterator[dict[str, PlantIDAPIService | PlantNetAPIService]]:
    """Both adapters, asking the simulator, impatiently."""
    async with open_session() as session:
        yield {
            "plant_id": PlantIDAPIService(session, PlantIDConfig(url=simulator.plant_id_url, key="demo", timeout=1.0)),
            "plantnet": PlantNetAPIService(
                session, PlantNetConfig(url=simulator.plantnet_url, key="demo", timeout=1.0)
            ),
        }


def soon() -> Deadline:
    """Long enough for a call and some looks."""
    return Deadline.after(3.0, SystemClock())


async def ending(provider, asked) -> ProviderAnswer | ProviderError:
    """The answer, or the error, as a value."""
    try:
        return await provider.identify(asked, deadline=soon())
    except ProviderError as error:
        return error


@pytest.mark.parametrize("name", ["plant_id", "plantnet"])
async def test_identify_simulated_plant_is_named_and_marked(providers, simulator, name):
    """A plain call gives names, costs what it says, and says that it is simulated."""
    answer = await providers[name].identify(question(), deadline=soon())
    assert answer.simulated
    assert answer.candidates or not answer.is_plant
    assert simulator.billing.credits(name) == answer.credits == 1.0


async def test_identify_simulated_health_is_one_call_for_two_credits(providers, simulator):
    """Species and health come in one call, and two credits are what it costs."""
    answer = await providers["plant_id"].identify(question(health=True), deadline=soon())
    assert answer.health is not None
    assert answer.health_asked
    assert simulator.billing.credits("plant_id") == answer.credits == 2.0
    assert simulator.billing.calls("plant_id") == 1


@pytest.mark.parametrize("name", ["plant_id", "plantnet"])
@pytest.mark.parametrize("fault", sorted(KINDS))
async def test_identify_under_every_fault_posts_once_and_tells_the_bill(providers, simulator, fault, name):
    """Laws 2 and 9: one POST whatever happens, and `charged` False only where nothing was charged."""
    params = {"latency": {"seconds": 0.01}, "slow_drip": {"interval": 0.05}, "huge_body": {"bytes": 5_000_000}}
    simulator.inject(fault, provider=name, **params.get(fault, {}))
    outcome = await ending(providers[name], question())
    billed = simulator.billing.credits(name)
    assert simulator.billing.calls(name) == 1
    if isinstance(outcome, ProviderAnswer):
        assert outcome.credits == billed
    else:
        assert outcome.charged or billed == 0
    expected = HARMLESS | FOUND_BY_REFERENCE if name == "plant_id" else HARMLESS
    assert isinstance(outcome, ProviderAnswer) is (fault in expected)


@pytest.mark.parametrize(
    ("fault", "params"),
    [
        ("hang", {}),
        ("reset_before_answer", {}),
        ("html_502", {}),
        ("status", {"code": 500}),
        ("status", {"code": 503}),
        ("status", {"code": 504}),
    ],
    ids=str,
)
async def test_identify_charged_failure_is_found_by_reference(providers, simulator, fault, params):
    """Laws 4 and 9: an answer that was paid for is had, however the call for it ended."""
    simulator.inject(fault, provider="plant_id", billed=True, **params)
    answer = await providers["plant_id"].identify(question(), deadline=soon())
    assert answer.reconciled
    assert simulator.billing.credits("plant_id") == 1.0


async def test_recover_simulated_record_later(providers):
    """A paid answer can be had by reference alone, later."""
    asked = question(health=True)
    answer = await providers["plant_id"].identify(asked, deadline=soon())
    again = await providers["plant_id"].recover(asked.reference, language="en", health=True, deadline=soon())
    assert again is not None
    assert (again.candidates, again.health, again.reconciled) == (answer.candidates, answer.health, True)


async def test_forget_simulated_record_is_gone(providers):
    """Law 12: after forgetting, their record is not to be had."""
    asked = question()
    answer = await providers["plant_id"].identify(asked, deadline=soon())
    assert answer.remote_id is not None
    assert await providers["plant_id"].forget(answer.remote_id, deadline=soon())
    assert await providers["plant_id"].recover(asked.reference, language="en", health=False, deadline=soon()) is None
    assert await providers["plant_id"].forget(answer.remote_id, deadline=soon())


@pytest.mark.parametrize(
    ("name", "key", "error"),
    [
        ("plant_id", "unknown", ProviderKeyRefused),
        ("plant_id", "inactive", ProviderKeyRefused),
        ("plant_id", "no-credits", ProviderExhausted),
        ("plantnet", "unknown", ProviderKeyRefused),
        ("plantnet", "forbidden", ProviderKeyRefused),
        ("plantnet", "exhausted", ProviderExhausted),
    ],
)
async def test_identify_simulated_key_state_becomes_its_class(simulator, name, key, error):
    """Law 7: each state of a key is told as what it is, and costs nothing."""
    async with open_session() as session:
        service = {
            "plant_id": lambda: PlantIDAPIService(session, PlantIDConfig(url=simulator.plant_id_url, key=key)),
            "plantnet": lambda: PlantNetAPIService(session, PlantNetConfig(url=simulator.plantnet_url, key=key)),
        }[name]()
        with pytest.raises(error):
            await service.identify(question(), deadline=soon())
    assert simulator.billing.credits(name) == 0


@pytest.mark.parametrize("name", ["plant_id", "plantnet"])
async def test_usage_of_the_simulated_key_counts_the_call(providers, name):
    """The key's state follows the calls, and asking for it is free."""
    before = await providers[name].usage(deadline=soon())
    await providers[name].identify(question(), deadline=soon())
    after = await providers[name].usage(deadline=soon())
    assert before.can_use
    assert (after.windows["day"].used or 0) - (before.windows["day"].used or 0) == 1
    assert after.simulated
