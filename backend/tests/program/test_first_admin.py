"""The first admin: by a link that the server prints, once, while there is none; no default password exists."""

import json
import re

import httpx
import pytest

PASSWORD = "quiet-orange-lamp-under-snow"
LINK = re.compile(r"http://\S+(/setup/\?token=\S+)")


def link_of(folder):
    """The path in the newest log, None when the server printed none."""
    found = LINK.search((folder / "server.log").read_text())
    return found and found[1]


def post(client, link, email="chief@example.org", password=PASSWORD):
    """Send the form, as a browser that has opened the page."""
    form = {"email": email, "password": password, "csrfmiddlewaretoken": client.cookies.get("csrftoken", "")}
    return client.post(link, data=form)


@pytest.fixture
def connect():
    """Clients of a server."""
    return lambda address: httpx.Client(base_url=address, timeout=60)


def test_first_admin_link_works_once_and_never_again(serve, run, tmp_path, connect):
    """A weak password uses nothing up; afterwards the link is gone, and the next start prints none."""
    with serve() as (address, _), connect(address) as client:
        link = link_of(tmp_path)
        assert client.get("/setup/?token=guessed").status_code == 404
        assert client.get("/setup/").status_code == 404
        assert client.get(link).status_code == 200
        assert post(client, link, password="short").status_code == 400
        made = post(client, link)
        assert (made.status_code, made.headers["Location"]) == (302, "/accounts/login/?next=/accounts/2fa/")
        assert client.get(link).status_code == 404
        assert post(client, link, email="second@example.org").status_code == 404
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        body = {"email": "chief@example.org", "password": PASSWORD}
        signed_in = client.post("/api/v1/auth/browser/v1/auth/login", json=body, headers=headers)
        assert signed_in.status_code == 200, signed_in.text
        assert client.get("/admin/").status_code == 200
    assert link.rpartition("=")[2] not in (tmp_path / "server.log").read_text().replace(link, "")
    with serve():
        assert link_of(tmp_path) is None


def test_first_admin_link_ends_with_its_hour_and_with_an_admin_made_otherwise(serve, run, tmp_path, connect):
    """Whichever comes first."""
    with serve() as (address, _), connect(address) as client:
        link, kept = link_of(tmp_path), tmp_path / "first_admin.json"
        valid = json.loads(kept.read_text())
        assert link.rpartition("=")[2] not in kept.read_text()
        kept.write_text(json.dumps(valid | {"expires_at": "2026-01-01T00:00:00Z"}))
        assert client.get(link).status_code == 404
        kept.write_text(json.dumps(valid))
        assert client.get(link).status_code == 200
        made = run(
            "manage", "createsuperuser", "--noinput", "--email", "a@example.org", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        assert made.returncode == 0, made.stderr
        assert post(client, link).status_code == 404
