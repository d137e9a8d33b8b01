"""What every answer tells browsers to refuse, and what no answer tells anybody."""

import pytest

PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/admin/login/", "/api/v1/about/", "/api/v1/nothing/", "/problems/unauthorized"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_headers_that_close_a_browser(client, path):
    """Types are not guessed, addresses not passed on, windows of other sites kept apart, devices closed."""
    headers = (await client.get(path, follow_redirects=True)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"]
    assert "geolocation=(self)" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_runs_or_styles_what_is_written_into_it(client, path):
    """The policy names files of this site, nothing inline and nothing from elsewhere, and no frame around it."""
    policy = dict(
        part.strip().split(" ", 1)
        for part in (await client.get(path, follow_redirects=True)).headers["Content-Security-Policy"].split(";")
    )
    assert "unsafe" not in policy["script-src"]
    assert "unsafe" not in policy["style-src"]
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"


async def test_photo_is_a_picture_with_a_name_whoever_asks(client, leaf):
    """A stored photo is never anything that a browser would run."""
    answer = await client.post(
        "/api/v1/plant-identification/identify/", content=leaf, headers={"Content-Type": "image/jpeg"}
    )
    photo = await client.get(answer.json()["photos"][0]["url"], headers={"Accept": "text/html"})
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert photo.headers["Content-Disposition"].startswith("inline; filename=")
    assert photo.headers["X-Content-Type-Options"] == "nosniff"


async def test_admin_has_no_way_in_beside_the_account_pages(client):
    """Its own login page would know no second factor and no limits."""
    led = await client.get("/admin/", follow_redirects=True)
    assert led.url.path == "/accounts/login/"
    tried = await client.post("/admin/login/", data={"username": "a@example.org", "password": "x"})
    assert tried.status_code in {302, 403}
