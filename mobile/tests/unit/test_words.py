"""The phone says what the web app says: words, order, numbers, colours."""

import json
import os
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts_of_sources import python_sources

from state import answer, formats
from state.words import LANGUAGES, Words, first_known
from state.words.own import OWN

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web" / "src"
GAP = re.compile(r"\{(\w+)\}")
FORMAT_SCRIPT = """
import { readFileSync } from "node:fs"; import { createRequire } from "node:module";
const [root, questions] = process.argv.slice(-2);
const ts = createRequire(`${root}/web/package.json`)("typescript");
const source = readFileSync(`${root}/web/src/lib/format.ts`, "utf8");
const code = ts.transpileModule(source, { compilerOptions: { module: 99, target: 9 } }).outputText;
const format = await import("data:text/javascript," + encodeURIComponent(code));
console.log(JSON.stringify(JSON.parse(questions).map(([name, value, language]) => format[name](value, language))));
"""


def node(*arguments):
    """What Node says; it builds the web app, so it is there wherever the app is."""
    found = shutil.which("node", path=f"{ROOT / '.node' / 'bin'}:{os.environ['PATH']}")
    assert found, "no node on this machine: `make node` gets one"
    return subprocess.run([found, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_words_are_those_of_the_web_app():
    """Whoever changes a word there runs `make words`."""
    said = node(ROOT / "mobile" / "words.mjs", "--check")
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_the_app_asks_for_is_there(language):
    """In each language; a missing one would end the screen."""
    words = Words(language)
    asked = {
        key for text in python_sources() for key in re.findall(r'words(?:\.get|\.table)?\(\s*"([a-z]+\.[\w.-]+)"', text)
    }
    assert len(asked) > 150
    for key in asked:
        assert words._find(key) is not None, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_words_have_the_same_names_and_gaps_in_each_language(language):
    """No sentence is missing, none has lost its gap."""
    english = {name: sorted(GAP.findall(text)) for name, text in OWN["en"].items()}
    assert {name: sorted(GAP.findall(text)) for name, text in OWN[language].items()} == english


def test_sentence_has_its_gaps_filled_and_its_number():
    """One photo, several photos."""
    words = Words("en")
    assert words("result.sure", name="Hedera helix") == "This is Hedera helix."
    assert words("outbox.photos", count=1) == "1 photo"
    assert words("outbox.photos", count=3) == "3 photos"
    assert words("result.credits", count="1", is_one=True) == "1 credit"


@pytest.mark.parametrize(
    ("known", "expected"), [(["de-AT"], "de"), (["pt", "fr_CA.UTF-8"], "fr"), (["C"], "en"), ([], "en")]
)
def test_first_known_language_is_spoken(known, expected):
    """The phone's order counts."""
    assert first_known(known) == expected


def test_blocks_of_an_answer_stand_in_the_order_of_the_web_app():
    """As the article of Result.tsx draws them."""
    source = (WEB / "features/result/Result.tsx").read_text()
    article = source[source.index("<article") : source.index("</article>")]
    assert tuple(name for name in re.findall(r"<([A-Z]\w+)", article)) == answer.ORDER


def test_numbers_and_times_are_written_as_the_web_app_writes_them(monkeypatch):
    """Percent, seconds, waits, ages, sizes, days and moments, in each language."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    values = {
        "percent": [0, 0.004, 0.01, 0.055, 0.5, 0.874, 0.996, 1],
        "seconds": [0.04, 0.25, 1, 1.25, 9.96, 12.6, 75],
        "until": [1, 59.2, 119, 120, 3_600, 7_200, 100_000],
        "age": [0, 1, 60, 119, 120, 7_199, 7_200, 172_800, 1_036_800],
        "size": [10, 1_499, 512_000, 999_499, 999_500, 1_234_567, 20_000_000],
        "day": [f"2026-{month:02}-15T12:00:00Z" for month in range(1, 13)],
        "moment": ["2026-05-05T00:07:00Z", "2026-11-25T12:30:00Z", "2026-11-05T15:04:00Z"],
    }
    asked = [(name, value, language) for name, each in values.items() for value in each for language in LANGUAGES]
    said = node("--input-type=module", "-e", FORMAT_SCRIPT, str(ROOT), json.dumps(asked))
    assert said.returncode == 0, said.stderr
    ours = []
    for name, value, language in asked:
        given = datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value
        ours.append(getattr(formats, name)(given, language))
    assert [" ".join(text.split()) for text in ours] == [" ".join(text.split()) for text in json.loads(said.stdout)]


def test_colours_are_those_of_the_web_app():
    """Light and dark, by their names."""
    look: dict = {}
    text = (ROOT / "mobile/src/parts/look.py").read_text()
    for name in ("LIGHT", "DARK"):
        table = text[text.index(f"{name} = {{") + len(name) + 3 :]
        look[name] = dict(re.findall(r'"([\w-]+)": "(#[0-9a-f]{6})"', table[: table.index("}")]))
    css = (WEB / "styles/base.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark", 1)
    for name, part in (("LIGHT", light), ("DARK", dark)):
        known = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
        assert len(look[name]) == 12
        assert {each: known[each] for each in look[name]} == look[name]
