"""/admin/doctor/: the same findings for staff in a browser, and for nobody else."""

import pytest
from django.contrib.auth import get_user_model

from plant_community_backend.database import in_database

DOCTOR = "/admin/doctor/"


@pytest.fixture
async def chief(client, accounts):
    """Staff with a second factor, in a browser."""
    person = accounts.Person(client)
    await person.sign_up()
    await person.add_second_factor()
    await in_database(get_user_model().objects.filter(email=person.email).update, is_staff=True)
    return person


async def test_the_doctor_is_staffs(client, accounts):
    """Strangers and members are led to sign in, and see no finding."""
    strangers = await client.get(DOCTOR)
    person = accounts.Person(client)
    await person.sign_up()
    await person.add_second_factor()
    for reply in (strangers, await client.get(DOCTOR)):
        assert (reply.status_code, reply.text) == (302, "")
        assert reply.headers["Location"].startswith("/admin/login/")


async def test_the_doctor_tells_what_to_fix_and_looks_thoroughly_when_asked(chief, against, simulator):
    """Opening it asks nobody; the button asks the providers for what is free."""
    against.ALLOWED_HOSTS = ["127.0.0.1", "*"]
    assert "/admin/doctor/" in (await chief.http.get("/admin/")).text
    opened = await chief.http.get(DOCTOR)
    assert opened.status_code == 200
    assert "Every host name is allowed" in opened.text
    assert "refuses the key" not in opened.text
    simulator.inject("status", provider="plant_id", times=None, calls="other", code=401)
    form = {"csrfmiddlewaretoken": chief.http.cookies["csrftoken"]}
    looked = await chief.http.post(DOCTOR, data=form)
    assert looked.status_code == 200, looked.text
    assert "Plant.id refuses the key" in looked.text
    assert (simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")) == (0, 0)
    assert (await chief.http.post(DOCTOR)).status_code == 403
