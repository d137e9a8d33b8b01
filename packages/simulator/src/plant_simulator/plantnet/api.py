"""The identify routes of Pl@ntNet v2; each call that is taken on costs one of the daily requests."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from plant_simulator.call import Call
from plant_simulator.config import PlantNetKey
from plant_simulator.desk import Desk, Work
from plant_simulator.eyes import Verdict, sum_up
from plant_simulator.pictures import Pictures as PictureBook
from plant_simulator.plantnet import crops, lists
from plant_simulator.plantnet.answer import VERSION, AnswerWriter, rank, write_query
from plant_simulator.plantnet.ask import (
    Pictures,
    Query,
    Upload,
    read_organs,
    read_pictures,
    read_query,
    unsupported,
)
from plant_simulator.plantnet.form import PlantNetForm
from plant_simulator.plantnet.free import FreeRoutes
from plant_simulator.plantnet.quota import Quota
from plant_simulator.refusal import Refusal
from plant_simulator.seeing import Unreadable
from plant_simulator.simulation import Simulation
from plant_simulator.wire import json_response

NOT_FOUND = "Species not found"  # exact
_PICTURE_PATH = re.compile(r"/pictures/([\w-]+)\.jpg")
_FROM_URLS = frozenset({"images", "organs"})
type Results = Callable[[Verdict, Query], list[dict[str, Any]]]


class PlantNetApi:
    """Answers the calls of Pl@ntNet's clients."""

    def __init__(self, simulation: Simulation, pictures: PictureBook) -> None:
        self._simulation, self._pictures, self.form = simulation, pictures, PlantNetForm(simulation)
        self.desk = Desk(simulation, self.form)
        self.reset()

    def reset(self) -> None:
        """Forget all use."""
        self.quota = Quota(self._simulation.wall)

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        take, one = self.desk.handler, "/v2/identify/{project}"
        free = FreeRoutes(self.admit, lambda: self.quota)
        return [
            web.post(one, take("POST identify", self._identify_files, identify=True)),
            web.get(one, take("GET identify", self._identify_urls, identify=True), allow_head=False),
            web.post("/v2/diseases/identify", take("POST diseases", self._crops(_diseases), identify=True)),
            web.post("/v2/varieties/identify", take("POST varieties", self._crops(_varieties), identify=True)),
            *free.routes(take),
        ]

    # --- keys and quota ---

    def admit(self, call: Call) -> PlantNetKey:
        """What is known of the call's key. Raises Refusal (401, 403)."""
        config = self._simulation.config
        key = config.plantnet_keys.get(call.key, PlantNetKey() if config.any_key else PlantNetKey(exists=False))
        if not call.key or not key.exists:
            raise Refusal(401, "Unauthorized")
        if key.forbidden:
            raise Refusal(403, "Forbidden")
        return key

    def _admit_paid(self, call: Call) -> PlantNetKey:
        """The key, with at least one request left today. Raises Refusal (401, 403, 429)."""
        key = self.admit(call)
        if self.quota.remaining(call.key, key) < 1:
            headers = self.quota.headers(call.key, key)
            if self.form.switches.retry_after_on_429:
                headers["Retry-After"] = str(self.quota.seconds_to_reset())
            raise Refusal(429, "Too Many Requests", headers=headers)
        return key

    @contextmanager
    def _bad_requests_may_cost(self, call: Call, key: PlantNetKey) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            if refusal.status == 400 and self.form.switches.bad_request_costs:  # noqa: PLR2004  # Bad Request
                self.quota.take(call.key)
                self._simulation.billing.account(call.provider, call.key).credits += 1
                refusal.headers |= self.quota.headers(call.key, key)
            raise

    async def _charge(self, call: Call, key: PlantNetKey, verdict: Verdict, *, found: bool) -> None:
        """Take the call on, take the time it takes, and say so when there is nothing to answer. Raises Refusal."""
        if self.quota.remaining(call.key, key) < 1:  # others were quicker while the photos were looked at
            self._admit_paid(call)
        costs = found or self.form.switches.not_found_costs
        if costs:
            self.quota.take(call.key)
        self._simulation.accept(call, credits_taken=float(costs), digests=verdict.digests)
        await self._simulation.pace(call)
        if not found:
            raise Refusal(404, NOT_FOUND, headers=self.quota.headers(call.key, key))

    # --- species ---

    async def _identify_files(self, call: Call) -> web.Response:
        key, switches = self._admit_paid(call), self.form.switches
        with self._bad_requests_may_cost(call, key):
            query = read_query(call.request.query, switches)
            self._check_project(call, query)
            pictures = read_pictures(call.body, call.request.headers.get("Content-Type", ""), switches)
            verdict = await self._see(pictures)
        return await self._answer(call, key, query, pictures, verdict)

    async def _identify_urls(self, call: Call) -> web.Response:
        if len(call.request.raw_path) > self.form.switches.max_url_bytes:
            raise Refusal(414, "URI Too Long")
        key, switches = self._admit_paid(call), self.form.switches
        with self._bad_requests_may_cost(call, key):
            query = read_query(call.request.query, switches, also=_FROM_URLS)
            self._check_project(call, query)
            urls = call.request.query.getall("images", [])
            organs = read_organs(call.request.query.getall("organs", []), images=len(urls))
            uploads = [await self._fetch(call, url) for url in urls]
            pictures = Pictures(uploads=tuple(uploads), organs=organs, urls=tuple(urls))
            verdict = await self._see(pictures)
        return await self._answer(call, key, query, pictures, verdict)

    def _check_project(self, call: Call, query: Query) -> None:
        if not lists.has_project(call.request.match_info["project"], query.kind or "kt"):
            raise Refusal(self.form.switches.unknown_project, "Project not found")

    async def _fetch(self, call: Call, url: str) -> Upload:
        """One of the simulator's own pictures: it reads no other address. Raises Refusal."""
        parts, own = urlsplit(url), urlsplit(self._simulation.base_url(call.request))
        match = _PICTURE_PATH.fullmatch(parts.path) if parts.netloc == own.netloc else None
        data = await self._pictures.find(match[1]) if match else None
        if data is None:
            raise Refusal(self.form.switches.unreadable_url, NOT_FOUND)
        return Upload(parts.path.rpartition("/")[2], data)

    async def _see(self, pictures: Pictures) -> Verdict:
        looks = []
        for index, upload in enumerate(pictures.uploads):
            try:
                looks.append(await self._simulation.eyes.look(upload.data))
            except Unreadable as exc:
                raise unsupported(index) from exc
        return sum_up(looks)

    async def _answer(
        self, call: Call, key: PlantNetKey, query: Query, pictures: Pictures, verdict: Verdict
    ) -> web.Response:
        call.meet(verdict.card)
        project, switches = call.request.match_info["project"], self.form.switches
        ranking = rank(verdict, query, project, switches) if verdict.is_plant or query.no_reject else []
        await self._charge(call, key, verdict, found=bool(ranking))
        writer = AnswerWriter(project, query, switches, self._simulation.base_url(call.request))
        remaining = self.quota.remaining(call.key, key)
        body = writer.write(verdict, ranking, pictures, remaining=remaining)
        return json_response(body, headers=self.quota.headers(call.key, key))

    # --- diseases and varieties of crops ---

    def _crops(self, results: Results) -> Work:
        async def identify(call: Call) -> web.Response:
            key, switches = self._admit_paid(call), self.form.switches
            with self._bad_requests_may_cost(call, key):
                query = read_query(call.request.query, switches)
                pictures = read_pictures(call.body, call.request.headers.get("Content-Type", ""), switches)
                verdict = await self._see(pictures)
            call.meet(verdict.card)
            await self._charge(call, key, verdict, found=verdict.is_plant or query.no_reject)
            body = {
                "query": write_query(verdict, pictures, query),
                "language": query.language,
                "results": results(verdict, query),
                "version": VERSION,
                "remainingIdentificationRequests": self.quota.remaining(call.key, key),
            }
            return json_response(body, headers=self.quota.headers(call.key, key))

        return identify


def _diseases(verdict: Verdict, query: Query) -> list[dict[str, Any]]:
    return crops.rank_diseases(verdict, query.nb_results, with_images=query.include_related_images)


def _varieties(verdict: Verdict, query: Query) -> list[dict[str, Any]]:
    return crops.rank_varieties(verdict, query.language)
