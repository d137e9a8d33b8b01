"""What the phone keeps, in one SQLite file: a change is written whole or not at all, also when the app is killed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from state.bodies import Body
from state.question import Photo, Place, Question

PICTURES_MAX_BYTES = 50_000_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (
    key TEXT PRIMARY KEY, position INTEGER NOT NULL, item TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS waiting_photos (
    key TEXT NOT NULL REFERENCES waiting(key) ON DELETE CASCADE, position INTEGER NOT NULL,
    organ TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (key, position)
);
CREATE TABLE IF NOT EXISTS plants (
    owner TEXT NOT NULL, id TEXT NOT NULL, created_at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (owner, id)
);
CREATE TABLE IF NOT EXISTS pictures (
    owner TEXT NOT NULL, url TEXT NOT NULL, content BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (owner, url)
);
"""


class Store:
    """One file of one person's phone. `owner` of what is read from a server: its address and the account there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Each call is short; the one event loop that makes them needs no second thread.
        self._database = sqlite3.connect(folder / "phone.sqlite3", isolation_level=None, check_same_thread=False)
        self._database.executescript(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; {SCHEMA}"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _whole(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    # --- facts: what the person chose ---

    def fact(self, name: str, otherwise: Any = None) -> Any:
        """What was kept under this name."""
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else otherwise

    def keep_fact(self, name: str, value: Any) -> None:
        """Keep it; JSON values only."""
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    # --- questions that wait to be sent ---

    def waiting(self) -> list[tuple[str, Question, Body]]:
        """Key, question, and what else is known of it; in the order in which they were asked."""
        rows = self._database.execute("SELECT key, item FROM waiting ORDER BY position").fetchall()
        return [(key, self._question(key, body := json.loads(item)), body) for key, item in rows]

    def _question(self, key: str, body: Body) -> Question:
        rows = self._database.execute(
            "SELECT content, organ FROM waiting_photos WHERE key = ? ORDER BY position", (key,)
        ).fetchall()
        photos = tuple(Photo(content, organ) for content, organ in rows)
        place = Place(*body["place"]) if body["place"] else None
        return Question(photos, body["language"], body["health"], place, body["continues"])

    def keep_waiting(self, key: str, question: Question, about: Body) -> None:
        """Keep a question with its photos, before anything is sent."""
        place = [question.place.latitude, question.place.longitude] if question.place else None
        asked = {"language": question.language, "health": question.health, "continues": question.continues}
        item = about | asked | {"place": place}
        with self._whole() as database:
            last = database.execute("SELECT COALESCE(MAX(position), 0) FROM waiting").fetchone()[0]
            database.execute("INSERT INTO waiting VALUES (?, ?, ?)", (key, last + 1, json.dumps(item)))
            database.executemany(
                "INSERT INTO waiting_photos VALUES (?, ?, ?, ?)",
                [(key, at, photo.organ, photo.content) for at, photo in enumerate(question.photos)],
            )

    def note_waiting(self, key: str, about: Body) -> None:
        """Keep what has become known of it."""
        with self._whole() as database:
            row = database.execute("SELECT item FROM waiting WHERE key = ?", (key,)).fetchone()
            if row:
                item = json.dumps(json.loads(row[0]) | about)
                database.execute("UPDATE waiting SET item = ? WHERE key = ?", (item, key))

    def forget_waiting(self, key: str) -> None:
        """The server has it, or nobody wants it any more; its photos go with it."""
        self._database.execute("DELETE FROM waiting WHERE key = ?", (key,))

    # --- plants and pictures, for times without network ---

    def keep_plants(self, owner: str, bodies: list[Body]) -> None:
        """Keep these identifications as they are now."""
        with self._whole() as database:
            database.executemany(
                "INSERT OR REPLACE INTO plants VALUES (?, ?, ?, ?)",
                [(owner, each["id"], each["created_at"], json.dumps(each)) for each in bodies],
            )

    def plants(self, owner: str, limit: int = 200) -> list[Body]:
        """What was kept, newest first."""
        rows = self._database.execute(
            "SELECT body FROM plants WHERE owner = ? ORDER BY created_at DESC LIMIT ?", (owner, limit)
        )
        return [json.loads(body) for (body,) in rows]

    def plant(self, owner: str, plant: str) -> Body | None:
        """One of them."""
        row = self._database.execute("SELECT body FROM plants WHERE owner = ? AND id = ?", (owner, plant)).fetchone()
        return json.loads(row[0]) if row else None

    def forget_plant(self, owner: str, plant: str) -> None:
        """It was deleted: so is its copy, and its photos."""
        with self._whole() as database:
            database.execute("DELETE FROM plants WHERE owner = ? AND id = ?", (owner, plant))
            database.execute("DELETE FROM pictures WHERE owner = ? AND instr(url, ?) > 0", (owner, plant))

    def keep_only(self, owner: str, newest: list[str], since: str) -> None:
        """Of the plants asked since then, only these are left at the server: the others were deleted elsewhere."""
        rows = self._database.execute("SELECT id FROM plants WHERE owner = ? AND created_at >= ?", (owner, since))
        for (plant,) in rows.fetchall():
            if plant not in newest:
                self.forget_plant(owner, plant)

    def picture(self, owner: str, url: str) -> bytes | None:
        """A picture that was kept."""
        row = self._database.execute(
            "UPDATE pictures SET used = unixepoch() WHERE owner = ? AND url = ? RETURNING content", (owner, url)
        ).fetchone()
        return row[0] if row else None

    def keep_picture(self, owner: str, url: str, content: bytes) -> None:
        """Keep it; beyond 50 MB those go that were not looked at for the longest time."""
        with self._whole() as database:
            database.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, unixepoch())", (owner, url, content))
            database.execute(
                "DELETE FROM pictures WHERE rowid IN (SELECT rowid FROM (SELECT rowid, SUM(LENGTH(content))"
                " OVER (ORDER BY used DESC, rowid DESC) AS total FROM pictures) WHERE total > ?)",
                (PICTURES_MAX_BYTES,),
            )

    def forget_copies(self) -> None:
        """Nothing that was read from a server stays: somebody else may hold the phone now."""
        with self._whole() as database:
            database.execute("DELETE FROM plants")
            database.execute("DELETE FROM pictures")
        self._database.execute("VACUUM")  # deleted pages are overwritten

    def forget_waiting_of(self, keys: list[str]) -> None:
        """These are not sent any more."""
        with self._whole() as database:
            database.executemany("DELETE FROM waiting WHERE key = ?", [(key,) for key in keys])
