"""The provider's own count: read for free, and believed when it is larger."""

import httpx

from apps.plant_identification import upkeep
from apps.plant_identification.models import QuotaPeriod
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"


async def test_reconcile_somebody_elses_calls_count_too(client, simulator, make_photo, caplog):
    """Somebody else used the same Pl@ntNet key: the gate and the ledger learn it without a call (law 2)."""
    async with httpx.AsyncClient(base_url=simulator.plantnet_url) as elsewhere:
        for _ in range(3):
            files = {"images": ("a.jpg", make_photo(), "image/jpeg")}
            await elsewhere.post("/v2/identify/all?api-key=demo", files=files)
    calls = simulator.billing.calls("plantnet")
    await upkeep.reconcile_quota(get_services())
    assert simulator.billing.calls("plantnet") == calls
    assert (
        await in_database(lambda: QuotaPeriod.objects.get(provider="plantnet", period__startswith="day").theirs) == 3.0
    )
    numbers = await get_services().circuits["plantnet"].read()
    assert numbers["quota"][0]["used"] == 3.0
    assert "[QUOTA] plantnet drift +3" in caplog.text


async def test_reconcile_our_own_calls_are_no_drift(client, leaf, caplog):
    """What we asked is what they counted."""
    await client.post(IDENTIFY, files={"image": ("a.jpg", leaf, "image/jpeg")})
    await upkeep.reconcile_quota(get_services())
    assert "drift" not in caplog.text
