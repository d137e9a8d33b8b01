"""The routes of Pl@ntNet v2 that cost nothing."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from aiohttp import web

from plant_simulator.call import Call
from plant_simulator.config import PlantNetKey
from plant_simulator.desk import Handler, Work
from plant_simulator.plantnet import crops, lists
from plant_simulator.plantnet.ask import read_count, read_language
from plant_simulator.plantnet.quota import Quota
from plant_simulator.refusal import Refusal
from plant_simulator.wire import json_response

_YEAR = re.compile(r"\d{4}")


class FreeRoutes:
    """Lists and accounts. `admit` gives what is known of a call's key, or raises Refusal; `quota` is the present one."""

    def __init__(self, admit: Callable[[Call], PlantNetKey], quota: Callable[[], Quota]) -> None:
        self._admit, self._quota = admit, quota

    def routes(self, take: Callable[[str, Work], Handler]) -> list[web.RouteDef]:
        """All of them, each behind `take`."""
        works: dict[str, Work] = {
            "_status": self._show_status,
            "languages": self._show_languages,
            "projects": self._show_projects,
            "projects/{project}/species": self._show_species,
            "species": self._show_species,
            "quota": self._show_allowance,
            "quota/daily": self._show_day,
            "quota/history": self._show_history,
            "subscription": self._show_subscription,
            "diseases": self._show_diseases,
            "varieties": self._show_varieties,
        }
        gets = [web.get(f"/v2/{path}", take(f"GET {path}", work), allow_head=False) for path, work in works.items()]
        return [*gets, web.post("/v2/survey/tiles/{project}", take("POST survey", self._refuse_survey))]

    async def _show_status(self, _call: Call) -> web.Response:
        return json_response({"status": "ok"})

    async def _show_languages(self, call: Call) -> web.Response:
        self._admit(call)
        return json_response(lists.LANGUAGES)

    async def _show_projects(self, call: Call) -> web.Response:
        self._admit(call)
        query = call.request.query
        read_language(query)
        for name, limit in (("lat", 90.0), ("lon", 180.0)):
            _check_degrees(query.get(name), name, limit)
        return json_response(lists.projects(query.get("type", "kt")))

    async def _show_species(self, call: Call) -> web.Response:
        self._admit(call)
        query, project = call.request.query, call.request.match_info.get("project", "all")
        if not lists.has_project(project, query.get("type", "kt")):
            raise Refusal(404, "Project not found")
        rows = lists.species_page(
            project,
            language=read_language(query),
            prefix=query.get("prefix", ""),
            page=read_count(query, "page", 1),
            page_size=read_count(query, "pageSize", 100),
        )
        return json_response(rows)

    async def _show_allowance(self, call: Call) -> web.Response:
        return json_response({"quota": {"identify": self._admit(call).daily_quota}})

    async def _show_day(self, call: Call) -> web.Response:
        key, quota = self._admit(call), self._quota()
        day = _read_day(call.request.query.get("day", quota.today()))
        count = quota.used(call.key, day)
        numbers = {"count": count, "total": key.daily_quota, "remaining": max(key.daily_quota - count, 0)}
        return json_response({"day": day, "quota": {"identify": numbers}})

    async def _show_history(self, call: Call) -> web.Response:
        self._admit_paying(call)
        quota = self._quota()
        year = call.request.query.get("year", quota.today()[:4])
        if not _YEAR.fullmatch(year):
            raise Refusal(400, '"year" must be a number')
        days = quota.days(call.key, year)
        return json_response([{"day": day, "quota": {"identify": {"count": count}}} for day, count in days])

    async def _show_subscription(self, call: Call) -> web.Response:
        key = self._admit_paying(call)
        quota: dict[str, Any] = {"identify": key.daily_quota * 365}
        return json_response(
            {
                "account": {"email": "simulated@example.org"},
                "contract": {"plan": "simulated", "status": "active", "indicativeYearlyQuota": quota},
                "history": [],
                "billing": {},
                "security": {"exposeKey": False, "ips": [], "domains": []},
            }
        )

    async def _show_diseases(self, call: Call) -> web.Response:
        self._admit(call)
        return json_response(crops.list_diseases())

    async def _show_varieties(self, call: Call) -> web.Response:
        self._admit(call)
        return json_response(crops.list_varieties())

    async def _refuse_survey(self, call: Call) -> web.Response:
        self._admit(call)
        raise Refusal(403, "Forbidden")  # a beta, open to few

    def _admit_paying(self, call: Call) -> PlantNetKey:
        key = self._admit(call)
        if not key.paid:
            raise Refusal(403, "Forbidden")
        return key


def _check_degrees(text: str | None, name: str, limit: float) -> None:
    try:
        fits = text is None or -limit <= float(text) <= limit
    except ValueError:
        fits = False
    if not fits:
        raise Refusal(400, f'"{name}" must be a number from -{limit:g} to {limit:g}')


def _read_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as exc:
        raise Refusal(400, '"day" must be in ISO 8601 date format') from exc
