# ruff: noqa: RUF001 - hybrid signs and typographic quotes are what is tested
# Long on purpose: one example for each row of the table in docs/adr/0006-consensus.md, read beside it.
import pytest

from identification.answer import (
    Agreement,
    Attribution,
    Candidate,
    Consensus,
    Level,
    PredictedOrgan,
    ProviderAnswer,
    ProviderName,
    ReferenceImage,
    SourcedText,
    TaxonIds,
)
from identification.consensus import reach_consensus
from identification.opinion import SPECIES_SHARE, THRESHOLDS
from identification.question import Organ

PLANT_ID, PLANTNET = ProviderName.PLANT_ID, ProviderName.PLANTNET


def answer(provider, *candidates, is_plant=True, organs=()):
    """An answer with candidates as (name, score) or in full, and predicted organs as (organ, score)."""
    rows = tuple(row if isinstance(row, Candidate) else Candidate(name=row[0], score=row[1]) for row in candidates)
    seen = tuple(PredictedOrgan(position=at, organ=organ, score=score) for at, (organ, score) in enumerate(organs))
    return ProviderAnswer(
        provider=provider,
        is_plant=is_plant,
        credits=1,
        model_version="1",
        candidates=rows,
        predicted_organs=seen,
    )


def plant_id(*candidates, **options):
    """Plant.id's answer."""
    return answer(PLANT_ID, *candidates, **options)


def plantnet(*candidates, **options):
    """Pl@ntNet's answer."""
    return answer(PLANTNET, *candidates, **options)


def picture(url):
    """A reference image at `url`."""
    return ReferenceImage(url=url, attribution=Attribution(author="somebody"))


def summary(consensus: Consensus):
    """Level, agreement, name and rank of the verdict."""
    verdict = consensus.verdict
    return verdict.level, verdict.agreement, verdict.name, verdict.rank


def names(consensus: Consensus):
    """The names of the suggestions, in order."""
    return [suggestion.name for suggestion in consensus.suggestions]


PLEROMA = (
    ("Pleroma granulosum", 0.30567),
    ("Pleroma urvilleanum", 0.19162),
    ("Pleroma stenocarpum", 0.0835),
    ("Rosettea princeps", 0.03008),
    ("Pleroma mutabile", 0.01711),
    ("Melastoma malabathricum", 0.0151),
)


class TestOneAnswer:
    """One provider alone, on its own scale."""

    @pytest.mark.parametrize(
        ("given", "level"),
        [
            (plant_id(("Monstera deliciosa", 0.999)), Level.SURE),
            (plant_id(("Monstera deliciosa", 0.95)), Level.LIKELY),
            (plant_id(("Monstera deliciosa", 0.6)), Level.MAYBE),
            (plant_id(("Monstera deliciosa", 0.4)), Level.MAYBE),
            (plant_id(("Monstera deliciosa", 0.31)), Level.UNSURE),
            (plantnet(("Monstera deliciosa", 0.95)), Level.SURE),
            (plantnet(("Monstera deliciosa", 0.6)), Level.LIKELY),
            (plantnet(("Monstera deliciosa", 0.4)), Level.MAYBE),
            (plantnet(("Monstera deliciosa", 0.31)), Level.MAYBE),
            (plantnet(("Monstera deliciosa", 0.2)), Level.UNSURE),
        ],
    )
    def test_level_of_one_answer_follows_its_own_scale(self, given, level):
        """The same number means more from Pl@ntNet, whose scores run low, than from Plant.id, whose scores run high."""
        assert reach_consensus([given]).verdict.level is level

    def test_one_answer_sure_alone_is_single(self):
        """A very high score of one provider is enough, and the sentence says that it is one."""
        verdict = reach_consensus([plant_id(("Monstera deliciosa", 0.999))]).verdict

        assert (verdict.agreement, verdict.name, verdict.rank) == (Agreement.SINGLE, "Monstera deliciosa", "species")
        assert verdict.reason == "Plant.id names Monstera deliciosa, with a very high score."
        assert verdict.next_photo is None

    @pytest.mark.parametrize("score", [0.98, 0.7, 0.4])
    def test_level_of_two_equally_good_names_is_at_most_maybe(self, score):
        """Without a clear lead no high score is believed."""
        consensus = reach_consensus([plant_id(("Monstera deliciosa", score), ("Epipremnum aureum", score - 0.01))])

        assert summary(consensus) == (Level.MAYBE, Agreement.SINGLE, "Monstera deliciosa", "species")
        assert consensus.verdict.next_photo is not None
        assert consensus.verdict.next_photo.reason == "scores-close"

    def test_level_of_sister_species_is_their_genus(self):
        """Low scores that all point to one genus name the genus: the common case of a leaf without a flower."""
        consensus = reach_consensus([plantnet(*PLEROMA)])

        assert summary(consensus) == (Level.GROUP, Agreement.SINGLE, "Pleroma", "genus")
        assert consensus.verdict.reason == "Pl@ntNet sees the genus Pleroma, but not which species."
        assert names(consensus) == [name for name, _ in PLEROMA]

    def test_level_of_a_genus_row_is_the_genus(self):
        """A provider that names only the genus is believed for the genus."""
        given = plant_id(Candidate(name="Monstera", score=0.97, rank="genus"))

        assert summary(reach_consensus([given])) == (Level.GROUP, Agreement.SINGLE, "Monstera", "genus")

    def test_genus_row_beside_its_species_is_not_added_up(self):
        """A genus row holds its species' scores already: 0.5 and 0.5 are not certainty."""
        given = plant_id(Candidate(name="Quercus", score=0.5, rank="genus"), ("Quercus robur", 0.45))

        assert reach_consensus([given]).verdict.level is Level.UNSURE

    def test_level_of_many_genera_of_one_family_is_the_family(self):
        """Grasses are told from other plants before they are told apart."""
        rows = [
            Candidate(name=name, score=0.2, family="Poaceae")
            for name in ("Poa annua", "Lolium perenne", "Bromus tectorum")
        ]
        consensus = reach_consensus([plantnet(*rows, Candidate(name="Juncus effusus", score=0.1, family="Juncaceae"))])

        assert summary(consensus) == (Level.GROUP, Agreement.SINGLE, "Poaceae", "family")

    def test_rows_below_the_noise_do_not_add_up_to_a_group(self):
        """A long tail of tiny scores lifts no family over its threshold."""
        rows = [Candidate(name=name, score=0.295, family="Poaceae") for name in ("Poa annua", "Lolium perenne")]
        tail = [Candidate(name=name, score=0.0099, family="Poaceae") for name in ("Bromus tectorum", "Avena fatua")]

        assert reach_consensus([plantnet(*rows, *tail)]).verdict.level is Level.UNSURE

    def test_variety_and_cultivar_count_for_their_species(self):
        """The verdict stops at the species; the finer names are among the suggestions."""
        given = plantnet(("Hydrangea macrophylla 'Endless Summer'", 0.5), ("Hydrangea macrophylla", 0.45))
        consensus = reach_consensus([given])

        assert summary(consensus) == (Level.SURE, Agreement.SINGLE, "Hydrangea macrophylla", "species")
        assert names(consensus) == ["Hydrangea macrophylla 'Endless Summer'", "Hydrangea macrophylla"]

    def test_cultivar_of_a_genus_names_the_genus(self):
        """A rose known only by its cultivar name is a rose."""
        consensus = reach_consensus([plant_id(("Rosa 'Cooperi'", 0.95))])

        assert summary(consensus) == (Level.GROUP, Agreement.SINGLE, "Rosa", "genus")
        assert names(consensus) == ["Rosa 'Cooperi'"]

    def test_plant_without_candidates_is_unsure(self):
        """A plant that nobody can name is no error, and no "not a plant"."""
        consensus = reach_consensus([plant_id()])

        assert summary(consensus) == (Level.UNSURE, Agreement.SINGLE, None, None)
        assert consensus.verdict.reason == "Plant.id sees a plant, but has no clear name for it."
        assert consensus.verdict.next_photo is not None
        assert consensus.verdict.next_photo.reason == "not-recognised"

    def test_blank_name_is_no_candidate(self):
        """A row without a name is left out."""
        assert names(reach_consensus([plantnet((" ", 0.9), ("Rosa canina", 0.4))])) == ["Rosa canina"]


class TestSameSpecies:
    """Both name one species, in whatever spelling."""

    @pytest.mark.parametrize(
        ("of_plant_id", "of_plantnet", "level"),
        [
            (0.999, 0.95, Level.SURE),
            (0.999, 0.1, Level.SURE),
            (0.75, 0.35, Level.SURE),
            (0.75, 0.2, Level.LIKELY),
            (0.45, 0.35, Level.LIKELY),
            (0.45, 0.2, Level.MAYBE),
            (0.3, 0.2, Level.MAYBE),
            (0.09, 0.04, Level.UNSURE),
        ],
    )
    def test_level_of_agreement_is_one_up_when_both_speak_up(self, of_plant_id, of_plantnet, level):
        """Two providers that agree are worth more than the better one, unless one of them hardly speaks."""
        answers = [plant_id(("Monstera deliciosa", of_plant_id)), plantnet(("Monstera deliciosa", of_plantnet))]

        assert reach_consensus(answers).verdict.level is level

    def test_both_name_monstera_is_said_plainly(self):
        """The sentence of the common case, and both scores side by side."""
        consensus = reach_consensus([plantnet(("Monstera deliciosa", 0.91)), plant_id(("Monstera deliciosa", 0.99))])

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, "Monstera deliciosa", "species")
        assert consensus.verdict.reason == "Both services name Monstera deliciosa."
        assert consensus.suggestions[0].scores == {PLANT_ID: 0.99, PLANTNET: 0.91}

    @pytest.mark.parametrize(
        ("of_plant_id", "of_plantnet", "shown"),
        [
            ("Mentha x piperita", "Mentha × piperita", "Mentha × piperita"),
            ("Mentha piperita", "Mentha × piperita L.", "Mentha piperita"),
            ("MONSTERA  deliciosa", "Monstera deliciosa Liebm.", "Monstera deliciosa"),
        ],
    )
    def test_two_spellings_of_one_name_meet(self, of_plant_id, of_plantnet, shown):
        """A hybrid sign, an author or odd case does not make another plant."""
        consensus = reach_consensus([plant_id((of_plant_id, 0.9)), plantnet((of_plantnet, 0.8))])

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, shown, "species")
        assert names(consensus) == [shown]

    @pytest.mark.parametrize("synonym", ["Sansevieria trifasciata", "sansevieria trifasciata Prain"])
    def test_synonym_listed_by_the_other_is_the_same_plant(self, synonym):
        """The snake plant under its old and its new name is one suggestion, under the name that is accepted."""
        new = Candidate(name="Dracaena trifasciata", score=0.9, synonyms=("Aloe hyacinthoides", synonym))
        consensus = reach_consensus([plant_id(new), plantnet(("Sansevieria trifasciata", 0.7))])

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, "Dracaena trifasciata", "species")
        assert names(consensus) == ["Dracaena trifasciata"]
        assert consensus.suggestions[0].also_called == ("Sansevieria trifasciata",)

    def test_accepted_name_of_either_provider_is_shown(self):
        """It is not the first provider's name that counts, but the one nobody calls a synonym."""
        new = Candidate(name="Dracaena trifasciata", score=0.7, synonyms=("Sansevieria trifasciata",))
        consensus = reach_consensus([plant_id(("Sansevieria trifasciata", 0.9)), plantnet(new)])

        assert consensus.verdict.name == "Dracaena trifasciata"

    def test_equal_gbif_id_is_the_same_plant(self):
        """Without synonyms the backbone id joins two names; Kew's name is shown."""
        old = Candidate(name="Sansevieria trifasciata", score=0.9, ids=TaxonIds(gbif_backbone=2768885))
        new = Candidate(name="Dracaena trifasciata", score=0.7, ids=TaxonIds(gbif_backbone=2768885, powo="77164281-1"))
        consensus = reach_consensus([plant_id(old), plantnet(new)])

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, "Dracaena trifasciata", "species")
        assert consensus.suggestions[0].also_called == ("Sansevieria trifasciata",)

    def test_cultivar_and_its_species_agree_and_stay_two_suggestions(self):
        """One names the species, one a cultivar of it: the species is agreed, the cultivar not lost."""
        given = [plant_id(("Monstera deliciosa 'Albo'", 0.8)), plantnet(("Monstera deliciosa", 0.6))]
        consensus = reach_consensus(given)

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, "Monstera deliciosa", "species")
        assert names(consensus) == ["Monstera deliciosa 'Albo'", "Monstera deliciosa"]

    def test_cultivar_of_a_synonym_agrees(self):
        """An old name with a cultivar is found in the other's synonyms by its species."""
        new = Candidate(name="Dracaena trifasciata", score=0.9, synonyms=("Sansevieria trifasciata",))
        consensus = reach_consensus([plant_id(new), plantnet(("Sansevieria trifasciata 'Laurentii'", 0.7))])

        assert summary(consensus) == (Level.SURE, Agreement.BOTH, "Dracaena trifasciata", "species")

    def test_second_answer_without_a_clear_name_leaves_the_first_alone(self):
        """A whisper of another name neither supports nor contradicts."""
        answers = [plant_id(("Monstera deliciosa", 0.999)), plantnet(("Rosa canina", 0.03))]
        consensus = reach_consensus(answers)

        assert summary(consensus) == (Level.SURE, Agreement.SINGLE, "Monstera deliciosa", "species")
        assert consensus.verdict.reason.endswith("; Pl@ntNet has no clear name.")
        assert names(consensus) == ["Monstera deliciosa", "Rosa canina"]

    def test_two_answers_without_a_clear_name_are_unsure(self):
        """Two plants without a name are one plant without a name."""
        consensus = reach_consensus([plant_id(), plantnet(("Rosa canina", 0.03))])

        assert summary(consensus) == (Level.UNSURE, Agreement.SINGLE, None, None)
        assert consensus.verdict.reason == "Both services see a plant, but have no clear name for it."


class TestSameGenus:
    """Both name one genus."""

    def test_two_species_of_one_genus_are_the_genus(self):
        """What both support is the genus."""
        consensus = reach_consensus([plant_id(("Monstera deliciosa", 0.97)), plantnet(("Monstera adansonii", 0.5))])

        assert summary(consensus) == (Level.GROUP, Agreement.GENUS, "Monstera", "genus")
        assert consensus.verdict.reason == "Both services name the genus Monstera, but different species."

    def test_genus_beside_a_species_of_it_keeps_the_species(self):
        """Who names only the genus does not contradict the species."""
        answers = [plant_id(Candidate(name="Monstera", score=0.9, rank="genus")), plantnet(("Monstera deliciosa", 0.6))]

        assert summary(reach_consensus(answers)) == (Level.LIKELY, Agreement.GENUS, "Monstera deliciosa", "species")

    def test_genus_named_twice_is_the_genus_however_weak_the_species(self):
        """Two independent words for a genus are enough for the genus."""
        answers = [plant_id(("Rosa sp.", 0.3)), plantnet(("Rosa canina", 0.2))]

        assert summary(reach_consensus(answers)) == (Level.GROUP, Agreement.GENUS, "Rosa", "genus")

    def test_family_named_twice_is_the_family(self):
        """The same holds for a family, given by both as the best row."""
        consensus = reach_consensus([plant_id(("Araceae", 0.6)), plantnet(("Araceae", 0.4))])

        assert summary(consensus) == (Level.GROUP, Agreement.BOTH, "Araceae", "family")


class TestDisagreement:
    """The providers contradict one another."""

    @pytest.mark.parametrize("of_plantnet", [0.1, 0.4, 0.6])
    def test_strong_name_against_another_is_a_maybe(self, of_plantnet):
        """A contradiction takes all certainty, and the better supported name stays as a guess."""
        consensus = reach_consensus([plant_id(("Monstera deliciosa", 0.99)), plantnet(("Rosa canina", of_plantnet))])

        assert summary(consensus) == (Level.MAYBE, Agreement.DISAGREE, "Monstera deliciosa", "species")
        assert consensus.verdict.reason == "Plant.id names Monstera deliciosa, Pl@ntNet names Rosa canina."
        assert consensus.verdict.next_photo is not None
        assert consensus.verdict.next_photo.reason == "providers-disagree"

    def test_stronger_grade_wins_not_the_higher_number(self):
        """0.92 of Pl@ntNet is stronger than 0.95 of Plant.id."""
        consensus = reach_consensus([plant_id(("Rosa canina", 0.95)), plantnet(("Monstera deliciosa", 0.92))])

        assert consensus.verdict.name == "Monstera deliciosa"
        assert names(consensus)[0] == "Monstera deliciosa"

    def test_name_that_the_other_lists_too_wins_among_equals(self):
        """Of two equally strong names the one is chosen that both have in their lists."""
        of_plant_id = plant_id(("Rosa canina", 0.8), ("Monstera deliciosa", 0.15))
        consensus = reach_consensus([of_plant_id, plantnet(("Monstera deliciosa", 0.7))])

        assert consensus.verdict.name == "Monstera deliciosa"

    def test_weak_names_of_one_family_are_the_family(self):
        """What both support, without a strong name, is the family."""
        one = Candidate(name="Monstera deliciosa", score=0.5, family="Araceae")
        other = Candidate(name="Epipremnum aureum", score=0.4, family="Araceae")
        consensus = reach_consensus([plant_id(one), plantnet(other)])

        assert summary(consensus) == (Level.GROUP, Agreement.DISAGREE, "Araceae", "family")

    def test_weak_names_with_nothing_in_common_are_unsure(self):
        """Two guesses that contradict are no guess; both are shown."""
        consensus = reach_consensus([plant_id(("Monstera deliciosa", 0.5)), plantnet(("Rosa canina", 0.4))])

        assert summary(consensus) == (Level.UNSURE, Agreement.DISAGREE, None, None)
        assert names(consensus) == ["Monstera deliciosa", "Rosa canina"]


class TestNoPlant:
    """Not a plant is an answer (law 7)."""

    def test_cat_seen_by_both_is_not_a_plant(self):
        """Law 7: no name, no suggestion, though one lists a nonsense candidate."""
        answers = [plant_id(("Leucojum vernum", 0.0431), is_plant=False), plantnet(is_plant=False)]
        consensus = reach_consensus(answers)

        assert summary(consensus) == (Level.NOT_A_PLANT, Agreement.BOTH, None, None)
        assert consensus.verdict.reason == "Neither service sees a plant here."
        assert consensus.verdict.next_photo is None
        assert consensus.suggestions == ()

    def test_cat_seen_by_one_is_not_a_plant(self):
        """Law 7: the only answer counts."""
        consensus = reach_consensus([plantnet(is_plant=False)])

        assert summary(consensus) == (Level.NOT_A_PLANT, Agreement.SINGLE, None, None)

    def test_strong_name_against_no_plant_is_a_maybe(self):
        """Pl@ntNet's 404 beside a strong name of Plant.id: the name is kept as a guess."""
        consensus = reach_consensus([plant_id(("Monstera deliciosa", 0.99)), plantnet(is_plant=False)])

        assert summary(consensus) == (Level.MAYBE, Agreement.DISAGREE, "Monstera deliciosa", "species")
        assert consensus.verdict.reason == "Plant.id names Monstera deliciosa, but Pl@ntNet sees no plant."

    @pytest.mark.parametrize("candidates", [(), (("Monstera deliciosa", 0.5),)])
    def test_weak_name_against_no_plant_is_unsure(self, candidates):
        """A guess does not outweigh that the other sees no plant; nor does the other decide alone."""
        consensus = reach_consensus([plant_id(*candidates), plantnet(is_plant=False)])

        assert summary(consensus) == (Level.UNSURE, Agreement.DISAGREE, None, None)
        assert names(consensus) == [name for name, _ in candidates]


class TestSuggestions:
    """What is shown of each candidate."""

    def test_suggestions_are_ordered_by_place_then_agreement(self):
        """First places come first, whatever the numbers; of one place, the name both give."""
        of_plant_id = plant_id(("Rosa canina", 0.3), ("Rosa rugosa", 0.2), ("Rosa gallica", 0.1))
        of_plantnet = plantnet(("Malus domestica", 0.9), ("Rosa gallica", 0.05), ("Rosa canina", 0.04))

        assert names(reach_consensus([of_plant_id, of_plantnet])) == [
            "Malus domestica",  # named by the verdict
            "Rosa canina",
            "Rosa gallica",  # second place, by both
            "Rosa rugosa",
        ]

    def test_suggestions_are_at_most_ten_and_keep_the_first_five_of_each(self):
        """Neither provider crowds out the other."""
        one = [f"Rosa {epithet}" for epithet in ("alba", "bella", "canina", "dura", "ella", "foliosa", "gallica")]
        other = [f"Acer {epithet}" for epithet in ("album", "bellum", "carum", "durum", "ellum", "fol", "gin")]
        consensus = reach_consensus(
            [plant_id(*((name, 0.1) for name in one)), plantnet(*((name, 0.1) for name in other))]
        )

        assert sorted(names(consensus)) == sorted(one[:5] + other[:5])

    def test_one_name_twice_in_one_answer_keeps_the_better_score(self):
        """Two rows of one provider for one name are one suggestion, with a score as given."""
        consensus = reach_consensus([plantnet(("Rosa canina", 0.4), ("rosa canina L.", 0.3))])

        assert [suggestion.scores for suggestion in consensus.suggestions] == [{PLANTNET: 0.4}]

    def test_synonym_with_two_matches_takes_one_and_keeps_the_other(self):
        """A provider that splits what the other lumps does not lose a candidate."""
        lumped = Candidate(name="Rosa canina", score=0.9, synonyms=("Rosa corymbifera", "Rosa dumalis"))
        consensus = reach_consensus([plant_id(lumped), plantnet(("Rosa dumalis", 0.4), ("Rosa corymbifera", 0.3))])

        assert [(each.name, each.scores) for each in consensus.suggestions] == [
            ("Rosa canina", {PLANT_ID: 0.9, PLANTNET: 0.4}),
            ("Rosa corymbifera", {PLANTNET: 0.3}),
        ]

    def test_facts_of_both_providers_are_merged(self):
        """Names once whatever their case, pictures in turn, ids and texts from whoever has them."""
        one = Candidate(
            name="Monstera deliciosa",
            score=0.9,
            common_names=("Swiss Cheese Plant", "Ceriman"),
            ids=TaxonIds(gbif_backbone=2868241, inaturalist=64226),
            images=tuple(picture(f"a{number}") for number in range(5)),
            description=SourcedText(text="A climber.", attribution=Attribution(source_url="w")),
            wikipedia_url="https://en.wikipedia.org/wiki/Monstera_deliciosa",
        )
        other = Candidate(
            name="Monstera deliciosa",
            score=0.8,
            authorship="Liebm.",
            genus="Monstera",
            family="Araceae",
            common_names=("swiss cheese plant", "Split-leaf"),
            ids=TaxonIds(gbif_backbone=2868241, powo="87583-1", iucn_category="LC"),
            images=(picture("b0"), picture("a0"), picture("b1")),
        )
        shown = reach_consensus([plantnet(other), plant_id(one)]).suggestions[0]

        assert shown.common_names == ("Swiss Cheese Plant", "Ceriman", "Split-leaf")
        assert [image.url for image in shown.images] == ["a0", "b0", "a1", "a2", "b1", "a3"]
        assert shown.ids == TaxonIds(gbif_backbone=2868241, powo="87583-1", inaturalist=64226, iucn_category="LC")
        assert (shown.authorship, shown.genus, shown.family) == ("Liebm.", "Monstera", "Araceae")
        assert shown.description == one.description
        assert shown.wikipedia_url == one.wikipedia_url
        assert shown.also_called == ()

    def test_author_of_a_synonym_is_not_borrowed(self):
        """An author belongs to a name, not to a plant."""
        new = Candidate(name="Dracaena trifasciata", score=0.9, synonyms=("Sansevieria trifasciata",))
        old = Candidate(name="Sansevieria trifasciata", score=0.7, authorship="Prain")

        assert reach_consensus([plant_id(new), plantnet(old)]).suggestions[0].authorship == ""


class TestNextPhoto:
    """Which photo is asked for."""

    @pytest.mark.parametrize(
        ("organs", "wanted"),
        [
            ((), "flower"),
            ((Organ.AUTO,), "flower"),
            ((Organ.LEAF,), "flower"),
            ((Organ.FLOWER,), "fruit"),
            ((Organ.FLOWER, Organ.FRUIT), "leaf"),
            ((Organ.FLOWER, Organ.FRUIT, Organ.LEAF), "habit"),
            ((Organ.FLOWER, Organ.FRUIT, Organ.LEAF, Organ.HABIT), "bark"),
        ],
    )
    def test_next_photo_is_the_most_telling_organ_not_shown(self, organs, wanted):
        """Flower before fruit before leaf before the whole plant before bark."""
        verdict = reach_consensus([plant_id(("Monstera deliciosa", 0.5))], organs=organs).verdict

        assert verdict.next_photo is not None
        assert verdict.next_photo.organ == wanted

    def test_next_photo_counts_an_organ_that_the_provider_sees(self):
        """Without the user's word a confident prediction tells what is shown; a doubtful one does not."""
        given = plantnet(("Rosa canina", 0.4), organs=[("flower", 0.95), ("fruit", 0.2)])
        verdict = reach_consensus([given], organs=(Organ.AUTO, Organ.AUTO)).verdict

        assert verdict.next_photo is not None
        assert (verdict.next_photo.organ, verdict.next_photo.reason) == ("fruit", "one-organ-only")

    def test_next_photo_of_several_organs_has_low_scores_as_reason(self):
        """When nothing else is wrong, the scores are low."""
        verdict = reach_consensus([plantnet(("Rosa canina", 0.4))], organs=(Organ.LEAF, Organ.BARK)).verdict

        assert verdict.next_photo is not None
        assert verdict.next_photo.reason == "scores-low"

    def test_next_photo_when_every_organ_is_shown_is_none(self):
        """There is nothing left to ask for."""
        organs = (Organ.FLOWER, Organ.FRUIT, Organ.LEAF, Organ.HABIT, Organ.BARK)

        assert reach_consensus([plantnet(("Rosa canina", 0.4))], organs=organs).verdict.next_photo is None


@pytest.mark.parametrize("answers", [[], [plant_id(), plant_id(("Rosa canina", 0.5))]])
def test_reach_consensus_of_no_answer_or_two_of_one_provider_is_refused(answers):
    """The caller brings one or two answers, one per provider."""
    with pytest.raises(ValueError, match="one per provider"):
        reach_consensus(answers)


@pytest.mark.parametrize("provider", list(ProviderName))
def test_thresholds_are_in_order(provider):
    """Each scale climbs from noise to sure, and a genus asks for more than a species that may be."""
    limits = THRESHOLDS[provider]

    assert 0 < limits.noise < limits.voice < limits.maybe < limits.likely < limits.sure < 1
    assert limits.maybe < limits.maybe / SPECIES_SHARE < limits.family < 1
