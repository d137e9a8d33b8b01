"""What the answer says, block by block, in the order and the words of the web app's result page.

Each function gives the text of one block; `screens/result.py` draws them. The order is `ORDER`, and a test holds it to
the web app's `Result.tsx`.
"""

from state.bodies import Body
from state.formats import age, moment, number, percent, read_moment, seconds
from state.problems import state_of
from state.words import PROVIDERS, Words

ORDER = (
    "Incomplete",
    "Verdict",
    "Feedback",
    "Next",
    "Candidates",
    "Safety",
    "Care",
    "Health",
    "Names",
    "Actions",
    "Receipt",
)
CANDIDATES_MAX = 6
SCORE_MIN = 0.01  # below it is noise
NAMES_MAX = 3
FINDINGS_MAX = 4
OTHERS_MAX = 6
_NAMING = ("sure", "likely", "maybe", "group")


def sentence_of(verdict: Body, words: Words) -> str:
    """The graded sentence: how sure it is said is how sure it is."""
    level = verdict["level"]
    if level in _NAMING:
        return words(f"result.{level}", name=verdict.get("name") or "")
    return words("result.notAPlant" if level == "not_a_plant" else "result.unsure")


def best_of(verdict: Body, suggestions: list[Body]) -> Body | None:
    """The candidate that the verdict names (or one of the group it names); None when it names none."""
    if verdict["level"] not in _NAMING:
        return None
    name = verdict.get("name")
    of_name = [each for each in suggestions if each["name"] == name]
    of_group = [each for each in suggestions if name in {each.get("genus"), each.get("family")}]
    return next(iter([*of_name, *of_group, *suggestions]), None)


def scores_of(suggestion: Body, words: Words) -> list[str]:
    """The scores of a candidate, each with its service: never one number made of two."""
    scores = suggestion["scores"]
    return [f"{PROVIDERS[each]} {percent(scores[each], words.language)}" for each in PROVIDERS if each in scores]


def verdict_scores(verdict: Body, best: Body, words: Words) -> list[str]:
    """What stands below the sentence: scores, and whether the services agree."""
    group = [f"{words('result.bestOfGroup')} {best['name']}"] if verdict["level"] == "group" else []
    agreement = words.get("result.agreements", verdict["agreement"])
    return [*group, *scores_of(best, words), *([agreement] if agreement else [])]


def verdict_notes(verdict: Body, suggestions: list[Body], words: Words) -> list[str]:
    """What follows the scores: the server's reason (it is English), or what helps."""
    notes = [verdict["reason"]] if verdict.get("reason") and words.language == "en" else []
    if verdict["level"] == "not_a_plant":
        notes.append(words("result.notAPlantTip"))
    if verdict["level"] == "unsure":
        below = f" {words('result.unsureBelow')}" if suggestions else ""
        notes.append(words("result.unsureTip") + below)
    return notes


def missing_in(body: Body, words: Words) -> list[str]:
    """What the answer lacks, a sentence each; none when it is whole."""
    silent = [f"{state_of(report, words)}." for report in body["providers"] if report["state"] != "ok"]
    stale = [
        f"{words('common.label', name=PROVIDERS[report['provider']])} "
        f"{words('result.staleFrom', age=age(report['age'], words.language))}"
        for report in body["providers"]
        if report["stale_because"]
    ]
    level = (body["verdict"] or {}).get("level")
    is_healthless = body["health_asked"] and not body["health"] and level != "not_a_plant"
    said = [*silent, *stale, *([words("result.healthMissing")] if is_healthless else [])]
    if said or not body["degraded"]:
        return said
    return list(body["degraded_because"]) if words.language == "en" else [words("result.somethingMissing")]


def candidates_in(body: Body) -> list[Body]:
    """The other plants it could be."""
    best = best_of(body["verdict"], body["suggestions"])
    others = [each for each in body["suggestions"] if each is not best]
    return [each for each in others if any(score >= SCORE_MIN for score in each["scores"].values())][:CANDIDATES_MAX]


def other_names(body: Body) -> list[str]:
    """The names to choose another from."""
    name = (body["verdict"] or {}).get("name")
    return [each["name"] for each in body["suggestions"] if each["name"] != name][:OTHERS_MAX]


def thanks(feedback: Body | None, words: Words) -> str:
    """What was said of the answer, with thanks; "" when nothing."""
    if not feedback:
        return ""
    if feedback["was_right"] == "another":
        return words("result.saidAnother", name=feedback.get("name") or words("result.anotherOne"))
    return words("result.saidYes" if feedback["was_right"] == "yes" else "result.saidNo")


def next_photo_words(next_photo: Body, words: Words) -> tuple[str, str, str]:
    """Why another photo helps, which one, and the button."""
    what = words.get("result.photoOf", next_photo["organ"], words("result.anotherPart"))
    why = words.get("result.why", next_photo["reason"])
    return why, words("result.wouldHelp", what=what), words("result.addPhotoOf", what=what)


def health_sentence(health: Body, words: Words) -> str:
    """Whether the plant is well."""
    share = health["probability"] if health["is_healthy"] else 1 - health["probability"]
    return words("result.healthy" if health["is_healthy"] else "result.notWell", share=percent(share, words.language))


def treatment_of(finding: Body, words: Words) -> list[tuple[str, list[str]]]:
    """What Plant.id advises, by kind."""
    treatment = finding.get("treatment") or {}
    kinds = ("prevention", "biological", "chemical")
    return [(words(f"result.{kind}"), list(treatment[kind])) for kind in kinds if treatment.get(kind)]


def names_facts(suggestion: Body, words: Words) -> list[tuple[str, str]]:
    """Names of the plant, as term and text."""
    rank = words.get("result.ranks", suggestion["rank"], suggestion["rank"])
    scientific = f"{suggestion['name']} {suggestion.get('authorship') or ''}".strip()
    facts = [
        (f"{words('result.scientificName')} ({rank})", scientific),
        (words("result.commonNames"), ", ".join(suggestion["common_names"])),
        (words("result.alsoCalled"), ", ".join(suggestion["also_called"])),
        (words("result.genus"), suggestion.get("genus") or ""),
        (words("result.family"), suggestion.get("family") or ""),
    ]
    return [(term, text) for term, text in facts if text]


def links_of(suggestion: Body) -> list[tuple[str, str]]:
    """Where more is written of the plant, as name and address."""
    ids = suggestion.get("ids") or {}
    powo = str(ids.get("powo") or "")
    lsid = powo if powo.startswith("urn:lsid:") else f"urn:lsid:ipni.org:names:{powo}"
    links = [
        ("GBIF", f"https://www.gbif.org/species/{ids['gbif_backbone']}" if ids.get("gbif_backbone") else ""),
        ("Plants of the World Online", f"https://powo.science.kew.org/taxon/{lsid}" if powo else ""),
        ("Wikipedia", web_address(suggestion.get("wikipedia_url"))),
    ]
    return [(name, address) for name, address in links if address]


def web_address(url: str | None) -> str:
    """The address when it is one of the web, else ""; nothing else is ever opened."""
    return url if url and url.startswith(("https://", "http://")) else ""


def credit_of(attribution: Body, words: Words) -> str:
    """Whose picture it is, and under which licence."""
    author = attribution.get("author") or words("common.authorUnknown")
    licence = attribution.get("license_name") or words("common.licenceUnknown")
    return f"{words('common.photoBy')} {author}, {licence}"


def cost_of(provider: str, amount: float, words: Words) -> str:
    """What was spent at a provider, in its own currency."""
    key = "result.credits" if provider == "plant_id" else "result.requests"
    return words(key, count=number(amount, words.language), is_one=amount == 1)


def receipt_lines(body: Body, words: Words) -> list[str]:
    """What each provider did for this answer (law 10)."""
    return [_receipt_line(report, words) for report in body["providers"]]


def _receipt_line(report: Body, words: Words) -> str:
    facts = [
        f"{state_of(report, words)} ({seconds(report['seconds'], words.language)})",
        words.get("result.sources", _source_of(report)) if report["state"] == "ok" else "",
        age(report["age"], words.language) if report["age"] > 60 else "",  # noqa: PLR2004 - a minute is fresh
        cost_of(report["provider"], report["credits"], words) if report["credits"] else "",
        words("result.maybeCharged") if report["maybe_charged"] else "",
        words("result.model", version=report["model_version"]) if report["model_version"] else "",
        words("result.simulated").lower() if report["simulated"] else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def _source_of(report: Body) -> str:
    """In the four words of a receipt: the layers of the cache are not the asker's business."""
    if report["stale_because"] or report["source"] == "stale":
        return "stale"
    return str(report["source"]) if report["source"] in {"fresh", "collapsed"} else "cached"


def receipt_facts(body: Body, words: Words) -> list[tuple[str, str]]:
    """Where the answer comes from, as term and text."""
    costs = [f"{PROVIDERS[each]} {cost_of(each, amount, words)}" for each, amount in body["cost"].items()]
    facts = [
        (words("result.cost"), ", ".join(costs) or words("result.costNothing")),
        (words("result.asked"), moment(read_moment(body["created_at"]), words.language)),
        (words("result.simulated"), words("result.simulatedWhy") if body["simulated"] else ""),
        (words("result.missing"), " ".join(missing_in(body, words))),
        (words("common.requestId"), body["receipt"].get("request_id") or ""),
        (words("result.identification"), body["id"]),
    ]
    return [(term, text) for term, text in facts if text]


def share_text(body: Body, words: Words) -> str:
    """What is given to somebody else: the sentence; no photo, no place."""
    return words("result.shareText", sentence=sentence_of(body["verdict"], words))


def progress_line(provider: str, report: Body | None, words: Words) -> str:
    """How far one provider is."""
    name = PROVIDERS[provider]
    if report is None:
        return words("result.isLooking", provider=name)
    if report["state"] != "ok":
        return state_of(report, words)
    return words("result.answeredIn", provider=name, time=seconds(report["seconds"], words.language))


def short_name(body: Body, words: Words) -> str:
    """The name of one in a list."""
    if body["status"] != "complete":
        return words("common.stillLooking" if body["status"] == "running" else "common.noAnswer")
    verdict = body["verdict"] or {}
    if verdict.get("level") == "not_a_plant":
        return words("common.noPlant")
    return str(verdict.get("name") or words("common.notSure"))


def common_name_of(body: Body) -> str:
    """The common name of the plant that the answer names; "" when there is none."""
    name = (body["verdict"] or {}).get("name")
    return next(
        (each["common_names"][0] for each in body["suggestions"] if each["name"] == name and each["common_names"]), ""
    )


def state_word(body: Body, words: Words) -> str:
    """How sure the answer is, or how far it is."""
    if body["status"] == "complete" and body["verdict"]:
        return words.get("history.levels", body["verdict"]["level"])
    return words.get("history.states", body["status"])
