"""The client's twin: a server in memory. `integration/test_client.py` holds it to the real server, bodies included."""

import asyncio
import copy
import uuid
from datetime import UTC, datetime

from state.news import Accepted, Answered, Failed, Reported
from state.problems import UNREACHABLE, ApiError, Problem
from state.question import Question
from state.steps import SECOND_FACTOR, SIGNED_IN

PASSWORD = "quiet-orange-lamp-under-snow"
NOBODY = Problem(code="unauthorized", status=401)
ATTRIBUTION = {"author": "A. Author", "license_name": "CC BY 4.0", "license_url": None, "source_url": None}


def suggestion(name="Hedera helix", score=0.9, common=("ivy",)):
    """A candidate, as the server gives one."""
    return {
        "name": name,
        "rank": "species",
        "scores": {"plant_id": score, "plantnet": score - 0.1},
        "authorship": "L.",
        "genus": name.split()[0],
        "family": "Araliaceae",
        "common_names": list(common),
        "also_called": [],
        "ids": {"gbif_backbone": 3036075, "powo": None, "inaturalist": None, "iucn_category": None},
        "images": [
            {"url": "https://pictures.example.org/1.jpg", "attribution": dict(ATTRIBUTION),
             "thumb_url": None, "organ": "leaf", "similarity": None}
        ],
        "description": None,
        "wikipedia_url": None,
    }  # fmt: skip


def report(provider="plant_id", state="ok", **more):
    """What one provider did."""
    return {
        "provider": provider, "state": state, "seconds": 1.2, "credits": 1.0, "maybe_charged": False,
        "is_plant": True, "model_version": "5.0", "retry_after": None, "reconciled": False, "simulated": False,
        "source": "fresh", "age": 0.0, "ttl": 86400.0, "stale_because": "",
    } | more  # fmt: skip


def verdict(level="sure", name="Hedera helix", **more):
    """What both say together."""
    return {
        "level": level, "agreement": "both", "name": name, "rank": "species", "reason": "Both services agree.",
        "next_photo": None,
    } | more  # fmt: skip


def identification(plant=None, **more):
    """A whole answer."""
    plant = plant or str(uuid.uuid4())
    url = f"/api/v1/plant-identification/identifications/{plant}/"
    return {
        "id": plant, "status": "complete", "url": url,
        "created_at": "2026-05-01T10:00:00+00:00", "completed_at": "2026-05-01T10:00:02+00:00",
        "sentence": "This is Hedera helix.", "verdict": verdict(),
        "suggestions": [suggestion(), suggestion("Hedera hibernica", 0.2, ())],
        "health": None, "health_asked": False,
        "safety": {"status": "no-data", "warning": "Never eat a plant.", "reports": []},
        "guide": None, "care": [], "degraded": False, "degraded_because": [],
        "providers": [report(), report("plantnet")], "cost": {"plant_id": 1.0, "plantnet": 1.0},
        "photos": [{"position": 0, "organ": "auto", "width": 300, "height": 200,
                    "url": f"{url}photos/0/", "thumbnail_url": f"{url}photos/0/thumbnail/"}],
        "simulated": False,
        "receipt": {}, "continues": None, "feedback": None, "problem": None,
    } | more  # fmt: skip


class FakeServer:
    """What one server knows. `is_away`: nobody answers; `cut_after`: the line breaks once the question has arrived."""

    def __init__(self):
        self.plants, self.pictures, self.sessions, self.keys = {}, {}, {}, {}
        self.accounts = {"fern@example.org": 7, "moss@example.org": 8}
        self.second_factor = False
        self.is_away = self.is_cut = False
        self.anonymous = True
        self.bills, self.page_size = 0, 20
        self.refusal = None
        self.arrivals, self.guides = [], []
        self.is_awake = asyncio.Event()  # as long as it is not, nobody hears who the server is
        self.is_awake.set()
        self.was_asked = asyncio.Event()


class FakeClient:
    """Implements `ports.Client`."""

    def __init__(self, address="https://plants.example.org", *, server=None):
        self.address, self.token, self.visitor = address, "", ""
        self.server = server or FakeServer()
        self.is_closed = False

    async def close(self):
        self.is_closed = True

    def _reach(self):
        if self.server.is_away:
            raise ApiError(UNREACHABLE)

    def _who(self):
        self._reach()
        if self.token:
            person = self.server.sessions.get(self.token)
            if not person:
                raise ApiError(NOBODY)
            return person
        return f"visitor {self.visitor}"

    async def about(self):
        self.server.was_asked.set()
        await self.server.is_awake.wait()
        self._reach()
        return {
            "name": "Plant Community", "version": "0.1.0", "api_versions": ["v1"], "demo": False,
            "providers": ["plant_id", "plantnet"],
            "limits": {}, "photo_formats": ["JPEG"], "organs": ["auto"], "languages": ["en"],
            "anonymous": self.server.anonymous, "sign_up": True, "social": [],
        }  # fmt: skip

    async def sign_in(self, email, password):
        self._reach()
        self.token = ""
        if email not in self.server.accounts or password != PASSWORD:
            error = {"pointer": "/password", "code": "email_password_mismatch", "detail": "No."}
            raise ApiError(Problem(code="invalid-input", status=400, errors=[error]))
        self.token = str(uuid.uuid4())
        if self.server.second_factor:
            self.pending = email
            return SECOND_FACTOR
        self.server.sessions[self.token] = email
        return SIGNED_IN

    async def give_code(self, code):
        self._reach()
        if code != "123456":
            raise ApiError(
                Problem(code="invalid-input", status=400, errors=[{"pointer": "/code", "code": "incorrect_code"}])
            )
        self.server.sessions[self.token] = self.pending
        return SIGNED_IN

    async def verify_email(self, key):
        return await self.give_code(key)

    async def sign_out(self):
        self._reach()
        self.server.sessions.pop(self.token, None)
        self.token = ""

    async def me(self):
        email = self._who()
        if email.startswith("visitor"):
            raise ApiError(NOBODY)
        return {
            "id": self.server.accounts[email], "email": email, "email_verified": True, "second_factor": False,
            "staff": False, "joined_at": "2026-05-01T10:00:00+00:00", "keep_place": False,
            "deletion_scheduled_for": None,
        }  # fmt: skip

    async def usage(self):
        self._who()
        return {"from": "", "to": "", "caller": "", "totals": {}, "days": [], "budgets": []}

    async def identify(self, question: Question, key, sent):
        self.server.arrivals.append(key)
        if self.server.is_away:
            yield Failed(UNREACHABLE)
            return
        sent(1.0)
        try:
            who = self._who()
        except ApiError as error:
            yield Failed(error.problem)
            return
        if who.startswith("visitor") and not self.server.anonymous:
            yield Failed(NOBODY)
            return
        if self.server.refusal:
            yield Failed(self.server.refusal)
            return
        plant = self.server.keys.get((who, key))
        if plant is None:
            self.server.bills += 1
            plant = str(uuid.uuid4())
            self.server.keys[who, key] = plant
            created = datetime.now(UTC).isoformat()
            self.server.plants[plant] = (
                who,
                identification(
                    plant, created_at=created, health_asked=question.health, continues=question.continues or None
                ),
            )
            for at, photo in enumerate(question.photos):
                base = self.server.plants[plant][1]["url"]
                self.server.pictures[f"{base}photos/{at}/"] = self.server.pictures[f"{base}photos/{at}/thumbnail/"] = (
                    photo.content
                )
        if self.server.is_cut:
            yield Failed(UNREACHABLE)
            return
        yield Accepted(plant)
        body = copy.deepcopy(self.server.plants[plant][1])
        for each in body["providers"]:
            yield Reported(each, {"verdict": body["verdict"], "suggestions": body["suggestions"]})
        yield Answered(body)

    async def follow(self, plant):
        try:
            yield Answered(copy.deepcopy(self._own(plant)))
        except ApiError as error:
            yield Failed(error.problem)

    def _own(self, plant):
        who = self._who()
        owner, body = self.server.plants.get(plant, (None, None))
        if owner is None or (owner != who and not owner.startswith("visitor")):
            raise ApiError(Problem(code="not-found", status=404))
        return body

    async def plants(self, cursor, search):
        who = self._who()
        own = [body for owner, body in self.server.plants.values() if owner == who]
        found = [body for body in reversed(own) if search.lower() in body["verdict"]["name"].lower()]
        start, end = int(cursor or 0), int(cursor or 0) + self.server.page_size
        following = f"https://plants.example.org/?cursor={end}" if end < len(found) else None
        return {"results": copy.deepcopy(found[start:end]), "next": following, "previous": None}

    async def delete(self, plant):
        self._own(plant)
        del self.server.plants[plant]

    async def say(self, plant, was_right, name):
        stored = {"was_right": was_right, "name": name, "comment": ""}
        self._own(plant)["feedback"] = stored
        return stored

    async def picture(self, url):
        self._reach()
        if url not in self.server.pictures:
            raise ApiError(Problem(code="not-found", status=404))
        return self.server.pictures[url]

    async def guides(self, search, offset):
        self._reach()
        found = [each for each in self.server.guides if search.lower() in each["title"].lower()]
        return {"meta": {"total_count": len(found)}, "items": found[offset:]}

    async def guide(self, slug):
        self._reach()
        return next((each for each in self.server.guides if each["meta"]["slug"] == slug), None)
