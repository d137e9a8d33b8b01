"""The routes of Plant.id v3, under both of its base paths."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from plant_simulator.call import Call
from plant_simulator.catalogue import Disease
from plant_simulator.config import PlantIdKey
from plant_simulator.desk import Desk, Handler
from plant_simulator.eyes import Verdict, sum_up
from plant_simulator.plant_id import knowledge, talk
from plant_simulator.plant_id.answer import AnswerWriter
from plant_simulator.plant_id.ask import PIXELS_MAX, Ask, View, read_ask, read_json, read_view
from plant_simulator.plant_id.credits import Credits
from plant_simulator.plant_id.details import DetailWriter
from plant_simulator.plant_id.form import PlantIdForm
from plant_simulator.plant_id.records import Record, Records
from plant_simulator.refusal import Refusal
from plant_simulator.seeing import Unreadable
from plant_simulator.simulation import Simulation
from plant_simulator.wire import json_response

BASE_PATHS = ("/v3", "/api/v3")
NO_IDENTIFICATION = "The requested identification does not exist."


class PlantIdApi:
    """Answers the calls of Plant.id's clients."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation, self.form = simulation, PlantIdForm(simulation)
        self.desk = Desk(simulation, self.form)
        self.reset()

    def reset(self) -> None:
        """Forget all identifications and all use."""
        config = self._simulation.config
        self.records, self.credits = Records(config.records_kept, config.seed), Credits(self._simulation.wall)

    def routes(self) -> list[web.RouteDef]:
        """All routes, under both base paths."""
        return [route for base in BASE_PATHS for route in self._routes(base)]

    def _routes(self, base: str) -> list[web.RouteDef]:
        one, take = f"{base}/identification/{{token}}", self.desk.handler
        return [
            web.post(f"{base}/identification", self._paid("POST identification", health_only=False)),
            web.post(f"{base}/health_assessment", self._paid("POST health_assessment", health_only=True)),
            web.get(one, take("GET identification", self._read)),
            web.delete(one, take("DELETE identification", self._delete)),
            web.post(f"{one}/feedback", take("POST feedback", self._give_feedback)),
            web.post(f"{one}/conversation", take("POST conversation", self._ask_question)),
            web.get(f"{one}/conversation", take("GET conversation", self._read_conversation)),
            web.delete(f"{one}/conversation", take("DELETE conversation", self._delete_conversation)),
            web.post(f"{one}/conversation/feedback", take("POST conversation feedback", self._rate_conversation)),
            web.get(f"{base}/usage_info", take("GET usage_info", self._usage_info)),
            web.get(f"{base}/kb/{{kind:plants|diseases}}/name_search", take("GET name_search", self._search)),
            web.get(f"{base}/kb/{{kind:plants|diseases}}/{{token}}", take("GET kb detail", self._kb_detail)),
        ]

    # --- keys ---

    def _admit(self, call: Call) -> PlantIdKey:
        """What is known of the call's key. Raises Refusal (401)."""
        if not call.key:
            authorization = call.request.headers.get("Authorization")
            raise Refusal(401, "Invalid authorization header." if authorization else "No api key provided.")
        config = self._simulation.config
        key = config.plant_id_keys.get(call.key, PlantIdKey() if config.any_key else PlantIdKey(exists=False))
        if not key.exists:
            raise Refusal(401, "The specified api key not found.")
        if not key.active:
            raise Refusal(401, "The specified api key is not active.")
        return key

    def _afford(self, call: Call, key: PlantIdKey, cost: float) -> None:
        sentence = self.credits.find_refusal(call.key, key, cost) if cost else None
        if sentence is not None:
            raise Refusal(429, sentence)

    # --- identifications ---

    def _paid(self, route: str, *, health_only: bool) -> Handler:
        async def create(call: Call) -> web.Response:
            return await self._create(call, health_only=health_only)

        return self.desk.handler(route, create, identify=True)

    async def _create(self, call: Call, *, health_only: bool) -> web.Response:
        key, switches = self._admit(call), self.form.switches
        view = read_view(call.request.query, switches)
        ask = read_ask(call.body, call.request.headers.get("Content-Type", ""), switches, self._simulation.wall())
        ask = replace(ask, health="only") if health_only else ask
        self._afford(call, key, 1)
        verdict = await self._see(ask)
        call.meet(verdict.card)
        record = self._charge(call, key, ask, verdict, asynchronous=view.asynchronous)
        if not view.asynchronous:
            await self._simulation.pace(call)
            record.status, record.completed = "COMPLETED", self._simulation.wall()
        return self._show(call, record, view, status=switches.created_status)

    async def _see(self, ask: Ask) -> Verdict:
        try:
            looks = [await self._simulation.eyes.look(image) for image in ask.images]
        except Unreadable as exc:
            raise Refusal(400, "Invalid image data") from exc
        if any(look.pixels > PIXELS_MAX for look in looks):
            raise Refusal(400, "Invalid image data: more than 25 megapixels")
        return sum_up(looks)

    def _charge(self, call: Call, key: PlantIdKey, ask: Ask, verdict: Verdict, *, asynchronous: bool) -> Record:
        """Take the call on: from here it is stored and billed, whatever becomes of the answer. Raises Refusal."""
        switches, now = self.form.switches, self._simulation.wall()
        if (
            switches.duplicate_custom_id == "refuse"
            and ask.custom_id is not None
            and self._find(call, str(ask.custom_id))
        ):
            raise Refusal(400, "Custom id is already used")
        with_health = self._has_health(call, key, ask, verdict)
        cost = 2.0 if with_health and ask.health != "only" else 1.0
        self._afford(call, key, cost)
        if self._is_free(verdict, asynchronous=asynchronous):
            cost = 0.0
        self.credits.take(call.key, cost)
        self._simulation.accept(call, credits_taken=cost, digests=verdict.digests)
        record = Record(
            token=self.records.new_token(),
            key=call.key,
            ask=replace(ask, images=()),  # the photos themselves are not kept
            verdict=verdict,
            with_health=with_health,
            created=now,
        )
        if asynchronous:
            record.asynchronous, record.status = True, switches.async_status
            record.ready_at = now + self._simulation.latency_of(call)
            record.pending_reads = switches.async_pending_reads
        self.records.add(record)
        return record

    def _has_health(self, call: Call, key: PlantIdKey, ask: Ask, verdict: Verdict) -> bool:
        """Whether the answer has its health part: asked for, or found ill by health=auto, and payable."""
        found_ill = ask.health == "auto" and verdict.is_plant and not verdict.is_healthy
        wanted = ask.health in {"all", "only"} or found_ill
        if wanted and ask.health != "only" and self.form.switches.short_of_credits == "partial":
            return self.credits.find_refusal(call.key, key, 2) is None
        return wanted

    def _is_free(self, verdict: Verdict, *, asynchronous: bool) -> bool:
        switches = self.form.switches
        fails = asynchronous and switches.async_outcome == "FAILED"
        return (fails and not switches.failed_charged) or not (verdict.is_plant or switches.not_plant_charged)

    async def _read(self, call: Call) -> web.Response:
        record = self._get(call)
        view = read_view(call.request.query, self.form.switches)
        self._move_on(record)
        return self._show(call, record, view)

    def _move_on(self, record: Record) -> None:
        """Let an asynchronous identification come a step further, as seen by this read."""
        if not record.asynchronous or record.completed is not None:
            return
        if record.pending_reads > 0 or self._simulation.wall() < record.ready_at:
            record.pending_reads -= 1
            record.status = "SUBMITTED"
            return
        record.status, record.completed = self.form.switches.async_outcome, self._simulation.wall()

    def _show(self, call: Call, record: Record, view: View, *, status: int = 200) -> web.Response:
        writer = AnswerWriter(view, self.form.switches, self._simulation.base_url(call.request))
        return json_response(writer.write(record), status=status)

    def _find(self, call: Call, name: str) -> Record | None:
        record = self.records.find(call.key, name)
        computing = record is not None and not record.asynchronous and record.completed is None
        return None if computing and self.form.switches.pending_record == "hidden" else record

    def _get(self, call: Call) -> Record:
        """The identification in the path. Raises Refusal (401, 404)."""
        self._admit(call)
        record = self._find(call, call.request.match_info["token"])
        if record is None:
            raise Refusal(404, NO_IDENTIFICATION)
        return record

    async def _delete(self, call: Call) -> web.Response:
        self.records.delete(self._get(call))
        return json_response(data=True)

    async def _give_feedback(self, call: Call) -> web.Response:
        record, data = self._get(call), read_json(call.body)
        given = {name: data.get(name) for name in ("comment", "rating")}
        if all(value is None for value in given.values()):
            raise Refusal(400, "Empty feedback provided.")
        record.feedback = given
        return json_response({})

    # --- conversation ---

    async def _ask_question(self, call: Call) -> web.Response:
        record, key, switches = self._get(call), self._admit(call), self.form.switches
        self._afford(call, key, switches.conversation_credits)
        talk.ask_question(record, call.body, self._simulation.wall())
        self._charge_extra(call, switches.conversation_credits)
        return json_response(talk.write_conversation(record), status=switches.conversation_status)

    async def _read_conversation(self, call: Call) -> web.Response:
        return json_response(talk.write_conversation(self._get(call)))

    async def _delete_conversation(self, call: Call) -> web.Response:
        self._get(call).conversation = None
        return json_response({})

    async def _rate_conversation(self, call: Call) -> web.Response:
        talk.give_feedback(self._get(call), call.body)
        return json_response({})

    # --- credits and knowledge ---

    async def _usage_info(self, call: Call) -> web.Response:
        return json_response(self.credits.usage(call.key, self._admit(call)))

    async def _search(self, call: Call) -> web.Response:
        self._admit(call)
        return json_response(knowledge.search(call.request.match_info["kind"], call.request.query, self.form.switches))

    async def _kb_detail(self, call: Call) -> web.Response:
        key, switches, query = self._admit(call), self.form.switches, call.request.query
        kind = call.request.match_info["kind"]
        entry = knowledge.find_entry(kind, call.request.match_info["token"])
        if entry is None:
            raise Refusal(404, "The requested entity does not exist.")
        details, language = knowledge.read_details(kind, query, switches), knowledge.language_of(query, switches)
        cost = switches.disease_detail_credits if kind == "diseases" else 0.5
        self._afford(call, key, cost)
        self._charge_extra(call, cost)
        writer = DetailWriter(
            details,
            (language,),
            base_url=self._simulation.base_url(call.request),
            echo="first",
            placeholders=switches.care_details == "placeholder",
        )
        body: dict[str, Any] = writer.disease(entry) if isinstance(entry, Disease) else writer.plant(entry)
        return json_response(body | {"name": entry.name})

    def _charge_extra(self, call: Call, cost: float) -> None:
        """Take credits for something that is no identification."""
        if cost:
            self.credits.take(call.key, cost)
            self._simulation.billing.account(call.provider, call.key).credits += cost
