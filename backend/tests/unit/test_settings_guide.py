"""docs/guides/configuration.md holds every setting, as settings.py asks for it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from environs import ValidationError

from plant_community_backend import settings as module
from plant_community_backend import settings_guide

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def test_settings_guide_is_what_settings_say():
    """A change of settings.py comes with `make settings`."""
    assert settings_guide.is_current()


def test_settings_guide_has_every_setting_once():
    """Also those that only some configurations ask for; what the text of settings.py names is in the guide."""
    rows = ROW.findall(settings_guide.text())
    named = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings_guide.SETTINGS.read_text())
    assert len(rows) == len(set(rows))
    assert len(named) > 60
    assert set(named) - set(rows) == set()
    assert {"GOOGLE_CLIENT_ID", "APPLE_CLIENT_SECRET", "EMAIL_PORT", "HSTS_PRELOAD"} <= set(rows)


def test_settings_guide_a_setting_without_words_is_named():
    """Who adds a setting and no words is told which."""
    found = settings_guide.read_settings('x = env.int("BRAND_NEW", 3, validate=validate.Range(min=1))')
    assert found["BRAND_NEW"] == ("BRAND_NEW", "whole number", "`3`", "whole number, 1 or more")
    assert "BRAND_NEW" in settings_guide.missing_words(found)


def test_settings_guide_a_family_of_names_that_nobody_knows_is_refused():
    """A name that settings.py puts together cannot be left out by accident."""
    with pytest.raises(KeyError):
        settings_guide.read_settings('x = env.str(f"{kind}_COLOUR", "")')


def test_settings_guide_ranges_are_those_that_hold():
    """The words for our own rules say what the rules do."""
    module.seconds(600)
    module.amount(0)
    with pytest.raises(ValidationError):
        module.seconds(600.5)
    with pytest.raises(ValidationError):
        module.amount(-1)
    assert (module.count.min, module.count.max) == (1, 100_000)
    assert (module.kept.min, module.kept.max) == (0, 36_500)
    assert settings.SECONDS_MAX == 600


def test_settings_guide_the_table_of_the_readme_is_a_part_of_it():
    """The README names no setting, and no default, that the guide does not have."""
    guide = settings_guide.read_settings(settings_guide.SETTINGS.read_text())
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", table, re.MULTILINE)
    assert rows
    assert {name: default for name, default in rows if guide[name].default.replace("`", "") != default} == {}
