"""What the app makes of a care guide."""

from state.guides import by_subject, reports_of


def test_poison_is_told_for_each_kind_of_creature_also_where_there_is_no_data():
    """Law 11: silence would read as harmless."""
    cats = {"subject": "cat", "finding": "reported_toxic", "text": "Hurts the mouth."}
    light = {"type": "light", "value": {"text": "Half shade."}}
    reports = reports_of({"care": [light, {"type": "toxicity", "value": cats}]})
    assert by_subject(reports) == [("human", []), ("cat", [cats]), ("dog", [])]


def test_reports_on_several_plants_stand_beside_each_other():
    """An answer that is not sure warns of each plant that it may be."""
    reports = [{"subject": "dog", "about": name} for name in ("Hedera helix", "Nerium oleander")]
    assert dict(by_subject(reports))["dog"] == reports
