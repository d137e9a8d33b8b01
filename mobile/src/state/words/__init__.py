"""The words of the app, in four languages.

`en.json` and its like are the web app's own words, written by `make words` and never by hand: so the phone says the
same. What only a phone has to say is in `own.py`.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from state.words.own import OWN

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
PROVIDERS = {"plant_id": "Plant.id", "plantnet": "Pl@ntNet"}


def first_known(languages: list[str]) -> str:
    """The first of these that the app speaks, such as `de` for `de-AT`; English where it speaks none."""
    return next((each[:2].lower() for each in languages if each[:2].lower() in LANGUAGES), "en")


class Words:
    """The words of one language: `words("result.sure", name="Hedera helix")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _load(language)

    def __call__(self, key: str, /, **gaps: object) -> str:
        """The sentence, its gaps filled; with `count` (or `one`) the form for one thing or for several."""
        word = self._find(key)
        if isinstance(word, dict):
            is_one = gaps.pop("is_one", gaps.get("count") == 1)
            word = word["one" if is_one else "other"]
        for name, text in gaps.items():
            word = word.replace(f"{{{name}}}", str(text))
        return str(word)

    def get(self, key: str, name: str, otherwise: str = "") -> str:
        """The word for `name` in a table such as `common.organs`."""
        return str(self._find(key).get(name, otherwise))

    def table(self, key: str) -> dict[str, Any]:
        """The whole table."""
        return dict(self._find(key))

    def _find(self, key: str) -> Any:
        word: Any = self._words
        for part in key.split("."):
            word = word[part]
        return word


@cache
def _load(language: str) -> dict[str, Any]:
    text = files("state.words").joinpath(f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words | {"own": OWN[language]}
