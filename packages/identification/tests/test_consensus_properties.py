# ruff: noqa: RUF001 - hybrid signs are what is tested
from itertools import pairwise

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from identification.answer import (
    Agreement,
    Candidate,
    Level,
    PredictedOrgan,
    ProviderAnswer,
    ProviderName,
    TaxonIds,
)
from identification.consensus import STRONGEST_FIRST, reach_consensus
from identification.merging import IMAGES_MAX, SUGGESTIONS_MAX
from identification.names import read_name
from identification.opinion import THRESHOLDS, Opinion
from identification.question import Organ

# How much a level says; MAYBE and GROUP are equal (docs/adr/0006-consensus.md).
STRENGTH = {Level.SURE: 3, Level.LIKELY: 2, Level.MAYBE: 1, Level.GROUP: 1, Level.UNSURE: 0}
NAMELESS = {Level.UNSURE, Level.NOT_A_PLANT}
PLANTS = (
    "Monstera deliciosa",
    "MONSTERA  deliciosa Liebm.",
    "Monstera adansonii",
    "Monstera",
    "Epipremnum aureum",
    "Araceae",
    "Dracaena trifasciata",
    "Sansevieria trifasciata",
    "Sansevieria trifasciata 'Laurentii'",
    "Mentha x piperita",
    "Mentha × piperita",
    "Mentha aquatica × Mentha spicata",
    "Rosa 'Cooperi'",
    "Rosa sp.",
    "Rosa canina",
    "Rosa canina var. dumetorum",
)
EDGES = sorted(
    {0.0, 0.001, 0.15, 0.25, 1.0}
    | {
        value
        for each in THRESHOLDS.values()
        for value in (each.sure, each.likely, each.maybe, each.family, each.voice, each.noise)
    }
)
SAME_SPECIES = (  # pairs of changes to a first row that make both mean one species
    ({"name": "Monstera deliciosa"}, {"name": "MONSTERA  deliciosa Liebm."}),
    ({"name": "Mentha × piperita"}, {"name": "Mentha x piperita"}),
    ({"name": "Rosa canina var. dumetorum"}, {"name": "Rosa canina"}),
    ({"name": "Dracaena trifasciata", "synonyms": PLANTS}, {"name": "Sansevieria trifasciata 'Laurentii'"}),
    (
        {"name": "Sansevieria trifasciata", "ids": TaxonIds(gbif_backbone=7)},
        {"name": "Dracaena trifasciata", "ids": TaxonIds(gbif_backbone=7)},
    ),
)

audible = st.floats(0.15, 1)  # above the voice of either provider
scores = st.sampled_from(EDGES) | st.floats(0, 1)
names = st.sampled_from(PLANTS) | st.sampled_from(PLANTS) | st.text(max_size=12)
candidates = st.builds(
    Candidate,
    name=names,
    score=scores,
    rank=st.sampled_from(["species", "species", "genus", "family"]),
    family=st.sampled_from([None, "Araceae", "Rosaceae"]),
    synonyms=st.lists(st.sampled_from(PLANTS), max_size=2).map(tuple),
    ids=st.builds(TaxonIds, gbif_backbone=st.sampled_from([None, None, None, 1, 2])),
)
lists = st.lists(candidates, max_size=10).map(lambda rows: tuple(sorted(rows, key=lambda row: -row.score)))
organs_seen = st.lists(
    st.builds(PredictedOrgan, position=st.just(0), organ=st.sampled_from(["leaf", "flower", "other"]), score=scores),
    max_size=2,
).map(tuple)
organs_said = st.lists(st.sampled_from(list(Organ)), max_size=5).map(tuple)


def answers_of(provider, *, is_plant=None):
    """Answers of one provider; of plants only, if `is_plant`."""
    return st.builds(
        ProviderAnswer,
        provider=st.just(provider),
        is_plant=st.sampled_from([True, True, True, False]) if is_plant is None else st.just(is_plant),
        credits=st.just(1.0),
        model_version=st.just("1"),
        candidates=lists,
        predicted_organs=organs_seen,
    )


pairs = st.tuples(answers_of(ProviderName.PLANT_ID), answers_of(ProviderName.PLANTNET))
plant_pairs = st.tuples(
    answers_of(ProviderName.PLANT_ID, is_plant=True), answers_of(ProviderName.PLANTNET, is_plant=True)
)
questions = pairs | pairs.map(lambda pair: pair[:1]) | pairs.map(lambda pair: pair[1:])


def level_of(*answers):
    """The level of the verdict on these answers."""
    return reach_consensus(answers).verdict.level


def top_of(answer, score, **changes):
    """The answer with a new first row made of its own first row (or a monstera)."""
    first = answer.candidates[0] if answer.candidates else Candidate(name="Monstera deliciosa", score=0)
    top = replace(first, score=score, **changes)
    return replace(answer, candidates=(top, *(row for row in answer.candidates[1:] if row.score < score)))


def key_of(name):
    """The key of a scientific name, None when blank."""
    read = read_name(name)
    return read.key if read else None


@settings(deadline=None)
@given(questions, organs_said)
def test_consensus_is_the_same_in_any_order_of_providers(answers, organs):
    """Neither who answered first nor a second look changes anything."""
    assert reach_consensus(answers, organs=organs) == reach_consensus(answers[::-1], organs=organs)


@settings(deadline=None)
@given(questions, organs_said)
def test_verdict_has_a_name_and_rank_exactly_when_it_names_something(answers, organs):
    """Unsure and not a plant are nameless (law 7); every other level has a name, and every verdict a sentence."""
    verdict = reach_consensus(answers, organs=organs).verdict

    event(f"{verdict.level} {verdict.agreement}")
    assert (verdict.name is None) == (verdict.level in NAMELESS)
    assert (verdict.rank is None) == (verdict.level in NAMELESS)
    assert verdict.reason.endswith(".")
    assert verdict.next_photo is None or verdict.level not in {Level.SURE, Level.NOT_A_PLANT}


@settings(deadline=None)
@given(questions)
def test_not_a_plant_is_said_exactly_when_nobody_sees_a_plant(answers):
    """Law 7: one provider that sees a plant is enough not to say so, and then nothing is suggested."""
    consensus = reach_consensus(answers)

    assert (consensus.verdict.level is Level.NOT_A_PLANT) == (not any(answer.is_plant for answer in answers))
    assert consensus.verdict.level is not Level.NOT_A_PLANT or not consensus.suggestions


@settings(deadline=None)
@given(plant_pairs, st.sampled_from([(0, 1), (1, 0)]), scores)
def test_second_answer_that_agrees_never_lowers_the_level(pair, order, score):
    """The same species from the other provider, in its own list and with any score, only helps."""
    one, other = pair[order[0]], pair[order[1]]
    assume(one.candidates and key_of(one.candidates[0].name))
    other = top_of(other, score, name=one.candidates[0].name, rank=one.candidates[0].rank)

    assert STRONGEST_FIRST.index(level_of(one, other)) <= STRONGEST_FIRST.index(level_of(one))


@settings(deadline=None)
@given(plant_pairs, st.sampled_from(SAME_SPECIES), audible, audible)
def test_level_of_agreement_is_at_least_the_better_of_the_two(pair, way, score, other_score):
    """However the two came to mean one species, by name, id or synonym, neither suffers from the other."""
    (one, other), (first, second) = pair, way
    both = (top_of(one, score, **first), top_of(other, other_score, **second))
    verdict = reach_consensus(both).verdict

    assert verdict.agreement is Agreement.BOTH
    assert STRONGEST_FIRST.index(verdict.level) <= min(STRONGEST_FIRST.index(level_of(each)) for each in both)


@settings(deadline=None)
@given(pairs)
def test_second_answer_that_disagrees_never_raises_the_level(pair):
    """A contradiction is never better than either name alone, takes all certainty, and is never sure."""
    verdict = reach_consensus(pair).verdict
    assume(verdict.agreement is Agreement.DISAGREE)

    alone = [level_of(each) for each in pair]
    event(f"{sorted(alone)} -> {verdict.level}")
    assert STRENGTH[verdict.level] <= 1
    assert all(STRENGTH[verdict.level] <= STRENGTH[level] for level in alone if level not in NAMELESS)
    assert STRENGTH[verdict.level] <= max(STRENGTH.get(level, 0) for level in alone) or verdict.level is Level.GROUP


@settings(deadline=None, max_examples=300)
@given(pairs, st.sampled_from([0, 1]), scores, scores, st.booleans())
def test_higher_top_score_never_lowers_the_level(pair, which, score, higher, alone):
    """The level climbs with the first score of any answer that speaks: there is no cliff from species to genus."""
    score, higher = sorted((score, higher))
    spoken = top_of(pair[which], score)
    assume(Opinion(spoken).speaks)
    louder = replace(spoken, candidates=(replace(spoken.candidates[0], score=higher), *spoken.candidates[1:]))
    rest = () if alone else (pair[1 - which],)

    assert STRONGEST_FIRST.index(level_of(louder, *rest)) <= STRONGEST_FIRST.index(level_of(spoken, *rest))


@settings(deadline=None)
@given(answers_of(ProviderName.PLANTNET, is_plant=True) | answers_of(ProviderName.PLANT_ID, is_plant=True))
def test_level_alone_climbs_through_every_score(answer):
    """The same, for one answer and all thresholds in turn."""
    assume(answer.candidates)
    rest = answer.candidates[1:]
    start = max((row.score for row in rest), default=0.0)
    ladder = [
        replace(answer, candidates=(replace(answer.candidates[0], score=score), *rest))
        for score in EDGES
        if score >= start
    ]

    for lower, higher in pairwise(ladder):
        assert STRONGEST_FIRST.index(level_of(higher)) <= STRONGEST_FIRST.index(level_of(lower))


@settings(deadline=None)
@given(questions, organs_said, st.lists(st.floats(0, 0.0099), min_size=1, max_size=5))
def test_tail_of_other_genera_below_the_noise_changes_nothing(answers, organs, tail):
    """Rows that hardly score are listed, and move neither verdict, sentence nor next photo."""
    rows = tuple(
        Candidate(name=f"Tailus {epithet}", score=score, family="Araceae")
        for epithet, score in zip(("primus", "secundus", "tertius", "quartus", "quintus"), tail, strict=False)
    )
    longer = [replace(answer, candidates=answer.candidates + rows) for answer in answers]

    assert reach_consensus(longer, organs=organs).verdict == reach_consensus(answers, organs=organs).verdict


@settings(deadline=None)
@given(questions)
def test_scores_of_a_suggestion_are_verbatim(answers):
    """Each score is the very number that this provider gave to this name."""
    for suggestion in reach_consensus(answers).suggestions:
        keys = {key_of(name) for name in (suggestion.name, *suggestion.also_called)}
        assert suggestion.scores
        for answer in answers:
            given = {row.score for row in answer.candidates if key_of(row.name) in keys}
            assert answer.provider not in suggestion.scores or suggestion.scores[answer.provider] in given


@settings(deadline=None)
@given(questions)
def test_no_candidate_is_lost(answers):
    """Every name is in the suggestions while there is room, the first five of each provider always."""
    suggestions = reach_consensus(answers).suggestions
    for answer in answers:
        held = [
            key_of(name)
            for suggestion in suggestions
            if answer.provider in suggestion.scores
            for name in (suggestion.name, *suggestion.also_called)
        ]
        offered = list(dict.fromkeys(key for row in answer.candidates if (key := key_of(row.name)) is not None))
        kept = offered if len(suggestions) < SUGGESTIONS_MAX else offered[:5]
        assert not answer.is_plant or set(kept) <= set(held)


@settings(deadline=None)
@given(questions)
def test_suggestions_are_bounded_and_none_is_twice(answers):
    """At most ten, six pictures each, and the species of the verdict heads them."""
    consensus = reach_consensus(answers)
    verdict, suggestions = consensus.verdict, consensus.suggestions
    heads = {name for each in suggestions[:2] for name in (each.name, *each.also_called)}

    assert len(suggestions) <= SUGGESTIONS_MAX
    assert all(len(each.images) <= IMAGES_MAX for each in suggestions)
    assert len({(key_of(each.name), provider) for each in suggestions for provider in each.scores}) == sum(
        len(each.scores) for each in suggestions
    )
    assert verdict.rank != "species" or verdict.name in {read.binomial for name in heads if (read := read_name(name))}
