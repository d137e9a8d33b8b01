"""The rule on whole replies of the providers, where recordings lie beside the checkout."""

import json
from pathlib import Path

import pytest

from identification.answer import Agreement, Candidate, Level, PredictedOrgan, ProviderAnswer, ProviderName, TaxonIds
from identification.consensus import reach_consensus

RECORDINGS = Path(__file__).resolve().parents[3].parent / "shared" / "upstream" / "fixtures"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recorded replies beside the checkout")


def recorded(name):
    """The recorded reply `name`."""
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


def plant_id(name):
    """A recorded answer of Plant.id, as far as names and scores go."""
    result = recorded(f"plant_id_identification_{name}")["result"]
    rows = tuple(
        Candidate(
            name=row["name"],
            score=row["probability"],
            synonyms=tuple(row.get("details", {}).get("synonyms") or ()),
            ids=TaxonIds(gbif_backbone=row.get("details", {}).get("gbif_id")),
        )
        for row in result["classification"]["suggestions"]
    )
    return ProviderAnswer(
        provider=ProviderName.PLANT_ID,
        is_plant=result["is_plant"]["binary"],
        credits=1,
        model_version="1",
        candidates=rows,
    )


def plantnet(name):
    """A recorded answer of Pl@ntNet, as far as names and scores go."""
    reply = recorded(f"plantnet_identify_{name}")
    rows = tuple(
        Candidate(
            name=row["species"]["scientificNameWithoutAuthor"],
            score=row["score"],
            family=row["species"]["family"]["scientificNameWithoutAuthor"],
        )
        for row in reply["results"]
    )
    organs = tuple(
        PredictedOrgan(position=position, organ=row["organ"], score=row["score"])
        for position, row in enumerate(reply["predictedOrgans"])
    )
    return ProviderAnswer(
        provider=ProviderName.PLANTNET,
        is_plant=True,
        credits=1,
        model_version="1",
        candidates=rows,
        predicted_organs=organs,
    )


@pytest.mark.parametrize(
    ("read", "name", "level", "taxon"),
    [
        (plant_id, "success", Level.SURE, "Leucojum vernum"),
        (plant_id, "low_confidence", Level.GROUP, "Quercus"),
        (plant_id, "not_a_plant", Level.NOT_A_PLANT, None),
        (plantnet, "success_multi_image", Level.SURE, "Hibiscus rosa-sinensis"),
        (plantnet, "success_no_gbif", Level.SURE, "Digitalis purpurea"),
        (plantnet, "low_confidence", Level.GROUP, "Pleroma"),
        (plantnet, "no_reject_not_a_plant", Level.UNSURE, None),
    ],
)
def test_verdict_on_a_recorded_reply_is_what_a_botanist_would_say(read, name, level, taxon):
    """Sure where the score is clear, the genus where its species are close, no name where there is none."""
    verdict = reach_consensus([read(name)]).verdict

    assert (verdict.level, verdict.name, verdict.agreement) == (level, taxon, Agreement.SINGLE)


def test_next_photo_of_the_recorded_leaf_is_a_flower():
    """Pl@ntNet saw a leaf, several species are close: a flower would tell them apart."""
    verdict = reach_consensus([plantnet("low_confidence")]).verdict

    assert verdict.next_photo is not None
    assert (verdict.next_photo.organ, verdict.next_photo.reason) == ("flower", "scores-close")


def test_recorded_not_a_plant_beside_a_plant_disagrees():
    """One sees no plant, the other a certain hibiscus: a guess, said as one."""
    verdict = reach_consensus([plant_id("not_a_plant"), plantnet("success_multi_image")]).verdict

    assert (verdict.level, verdict.agreement) == (Level.MAYBE, Agreement.DISAGREE)
    assert verdict.name == "Hibiscus rosa-sinensis"
