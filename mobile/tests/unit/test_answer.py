"""What an answer says, in words."""

import pytest
from fake_client import identification, report, suggestion, verdict

from state import answer
from state.news import Answered, Failed, Live, Reconnecting, Reported, Running, after, judge
from state.problems import Problem, field_errors, problem_words
from state.words import LANGUAGES, Words

WORDS = Words("en")


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        ("sure", "This is Hedera helix."),
        ("likely", "This is likely Hedera helix."),
        ("maybe", "This may be Hedera helix."),
        ("group", "This belongs to Hedera helix; which species is unsure."),
        ("unsure", "We are not sure what this is."),
        ("not_a_plant", "We see no plant on this photo."),
    ],
)
def test_sentence_is_graded(level, sentence):
    """How sure it is said is how sure it is."""
    assert answer.sentence_of(verdict(level), WORDS) == sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_are_never_one_number_made_of_two(language):
    """Each with its service."""
    scores = answer.scores_of(suggestion(score=0.9), Words(language))
    assert [score.split()[0] for score in scores] == ["Plant.id", "Pl@ntNet"]


def test_best_of_a_group_is_one_of_it():
    """By genus or family; no best where nothing is named."""
    both = [suggestion("Rosa canina"), suggestion("Hedera helix")]
    assert answer.best_of(verdict("group", "Hedera"), both)["name"] == "Hedera helix"
    assert answer.best_of(verdict("unsure", None), both) is None


def test_what_is_missing_is_said_before_the_answer():
    """Who did not answer, what is old, and the health check that was asked for."""
    body = identification(
        providers=[report("plantnet", "late"), report(stale_because="x", age=7200.0)], health_asked=True, degraded=True
    )
    assert answer.missing_in(body, WORDS) == [
        "Pl@ntNet did not answer in time.",
        "Plant.id: It is an earlier answer, from 2 hours ago: nobody could be asked anew.",
        "You asked for the health as well, but the health check is missing.",
    ]
    assert answer.missing_in(identification(), WORDS) == []


def test_reason_that_only_the_server_knows_is_english_or_general():
    """The server says why in English."""
    body = identification(degraded=True, degraded_because=["One service was spared."])
    assert answer.missing_in(body, WORDS) == ["One service was spared."]
    assert answer.missing_in(body, Words("de")) == [Words("de")("result.somethingMissing")]


def test_noise_is_no_candidate():
    """Below one percent, and the best itself."""
    body = identification(suggestions=[suggestion(), suggestion("B b", 0.3), suggestion("C c", 0.105)])
    body["suggestions"][2]["scores"] = {"plant_id": 0.009}
    assert [each["name"] for each in answer.candidates_in(body)] == ["B b"]


def test_receipt_names_source_age_cost_and_model():
    """Law 10, for people."""
    body = identification(
        providers=[report(source="memory", age=300.0, credits=0.0), report("plantnet", maybe_charged=True)]
    )
    first, second = answer.receipt_lines(body, WORDS)
    assert first == "Plant.id answered (1.2 sec) · known from an earlier question · 5 minutes · model 5.0"
    assert "1 request · may have cost something all the same" in second


def test_only_addresses_of_the_web_are_opened():
    """Whatever an answer says."""
    names = suggestion() | {"wikipedia_url": "javascript:alert(1)"}
    assert [name for name, _address in answer.links_of(names)] == ["GBIF"]


def test_shared_text_has_no_place_and_no_photo():
    """The sentence alone (law 12)."""
    assert answer.share_text(identification(), WORDS) == "This is Hedera helix. (asked at Plant Community)"


def test_first_answer_stays_while_the_second_service_looks():
    """And who has answered is listed once."""
    so_far = {"verdict": verdict("likely"), "suggestions": []}
    live = after(after(Live(reconnecting=True), Reported(report(), so_far)), Reported(report("plantnet", "late"), None))
    assert (live.so_far, live.reconnecting, len(live.reports)) == (so_far, False, 2)
    assert len(after(live, Reported(report(state="late"), None)).reports) == 2


@pytest.mark.parametrize(("status", "kind"), [("running", Running), ("complete", Answered), ("failed", Failed)])
def test_stored_identification_is_news(status, kind):
    """As it is read at its address."""
    assert isinstance(judge(identification(status=status, problem={"code": "interrupted"})), kind)


def test_end_is_an_end():
    """An answer or a problem; a cut line is neither."""
    assert after(Live(), Answered(identification())).phase == "complete"
    assert after(Live(), Failed(Problem(code="interrupted"))).phase == "failed"
    assert after(Live(), Reconnecting()) == Live(reconnecting=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_calm_words(language):
    """Also one that nobody has heard of; never the server's raw text."""
    for code in ("unreachable", "never-heard-of", "invalid-input"):
        assert all(problem_words(Problem(code=code), Words(language)))


def test_errors_stand_at_their_fields():
    """In the app's words where it knows them."""
    errors = [
        {"pointer": "/email", "code": "invalid", "detail": "raw"},
        {"pointer": "/password", "code": "email_password_mismatch", "detail": "raw"},
        {"code": "unknown", "detail": "As the server says it."},
    ]
    assert field_errors(Problem(code="invalid-input", errors=errors), WORDS) == {
        "email": "This is not an e-mail address.",
        "password": "Address and password do not belong together.",
        "": "As the server says it.",
    }
