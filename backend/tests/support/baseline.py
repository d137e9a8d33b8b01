"""The database as the migrations left it, and the way back to it after a test.

Django's own way empties every table and lets all apps fill them again, which takes longer than most tests. Here only
the tables that a test changed are written. Their sequences run on, as they do in Django's way: numbers of an earlier
test are not given again, so that nothing it left behind by mistake fits a row of a later one.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from apps.care_guides.queries import reload_guides

TABLES = {
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    # Not those of the full-text index, which follow from triggers, nor SQLite's own.
    "sqlite": "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
}


class Baseline:
    """Every table's columns, and the rows of those that are not empty."""

    def __init__(self):
        with connection.cursor() as cursor:
            cursor.execute(TABLES[connection.vendor])
            tables = sorted(table for (table,) in cursor.fetchall())
            self.columns = {table: _columns(cursor, table) for table in tables}
            rows = {table: self._rows(cursor, table) for table in tables}
            self.rows = {table: found for table, found in rows.items() if found}
            self._empty = [table for table in tables if not rows[table]]
            self._sequences = {table: _sequences(cursor, table) for table in self.rows}

    def restore(self):
        """Write what differs from the baseline, and forget what the process remembers of the database."""
        with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are looked at when it ends
            for table in self._changed(cursor):
                self._write(cursor, table)
        ContentType.objects.clear_cache()
        reload_guides()

    def changed(self):
        """The tables that differ from the baseline."""
        with connection.cursor() as cursor:
            return self._changed(cursor)

    def _changed(self, cursor):
        looks = [f"SELECT %s WHERE EXISTS (SELECT 1 FROM {_quoted(table)})" for table in self._empty]  # noqa: S608 - our own tables
        cursor.execute(" UNION ALL ".join(looks), self._empty)
        filled = [table for (table,) in cursor.fetchall()]
        return filled + [table for table, rows in self.rows.items() if self._rows(cursor, table) != rows]

    def _rows(self, cursor, table):
        """Each with its columns in the order of the baseline: a migration back and forth may leave another."""
        cursor.execute(f"SELECT {_quoted(*self.columns[table])} FROM {_quoted(table)}")  # noqa: S608 - our own tables
        return set(cursor.fetchall())

    def _write(self, cursor, table):
        cursor.execute(f"DELETE FROM {_quoted(table)}")  # noqa: S608 - our own tables
        columns = self.columns[table]
        values = ", ".join(["%s"] * len(columns))
        insert = f"INSERT INTO {_quoted(table)} ({_quoted(*columns)}) VALUES ({values})"  # noqa: S608 - our own tables
        cursor.executemany(insert, self.rows.get(table, ()))
        for column, sequence in self._sequences.get(table, ()):
            _lift(cursor, table, column, sequence)


def _columns(cursor, table):
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _sequences(cursor, table):
    """Column and name of each; SQLite looks at the rows by itself."""
    if connection.vendor == "sqlite":
        return []
    return [(each["column"], each["name"]) for each in connection.introspection.get_sequences(cursor, table)]


def _lift(cursor, table, column, sequence):
    """A flush begins to count anew, which would meet the rows that came back."""
    highest = f"SELECT max({_quoted(column)}) FROM {_quoted(table)}"  # noqa: S608 - our own tables
    cursor.execute(f"SELECT setval(%s, greatest(nextval(%s), ({highest})))", [sequence, sequence])


def _quoted(*names):
    return ", ".join(map(connection.ops.quote_name, names))
