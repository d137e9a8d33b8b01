"""Rows as lines of JSON that every database understands, in whatever schema the database has at this moment.

The models are those of the schema's migrations, not of the code: a backup is also made before an upgrade, and restored
after one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

type Schema = dict[str, list[str]]  # names of the applied migrations of each app
type Model = type[models.Model]

AT_ONCE = 500
# Left out: what opens a door to whoever holds the file, what is gone in days, and what is made anew from the rest.
LEFT_OUT = {
    "django_session",  # a session's key is the session
    "usersessions_usersession",  # belongs to a session
    "wagtailadmin_editingsession",  # who has a page open at this moment
    "privacy_export",  # its file is not in the backup; a person asks again
    "wagtailsearch_indexentry",  # made anew after restoring
    "wagtailsearch_indexentry_fts",
}


def read_schema(alias: str) -> Schema:
    """What is applied; empty for a database without tables."""
    loader = MigrationLoader(connections[alias])
    schema: Schema = {}
    for app, name in sorted(set(loader.applied_migrations) & set(loader.graph.nodes)):
        schema.setdefault(app, []).append(name)
    return schema


def find_unknown(schema: Mapping[str, Sequence[str]]) -> list[str]:
    """The migrations that this version does not have: a newer one made them."""
    known = set(MigrationLoader(None).graph.nodes)
    return sorted(f"{app}.{name}" for app, names in schema.items() for name in names if (app, name) not in known)


def models_of(schema: Schema) -> Apps:
    """The models as the tables are after these migrations."""
    loader = MigrationLoader(None)
    return loader.project_state(_last(loader, schema)).apps


def migrate_to(schema: Schema) -> None:
    """Make the tables of this schema in an empty database, without what Django and Wagtail put into new ones."""
    executor = MigrationExecutor(connections["default"])
    executor.migrate(_last(executor.loader, schema))


def _last(loader: MigrationLoader, schema: Schema) -> list[tuple[str, str]]:
    applied = {(app, name) for app, names in schema.items() for name in names}
    before = {parent.key for key in applied for parent in loader.graph.node_map[key].parents if parent.key[0] == key[0]}
    return sorted(applied - before)


def tables_of(registry: Apps) -> list[Model]:
    """The tables to keep, each by its model; those between two others, too."""
    found = registry.get_models(include_auto_created=True)
    return [
        model
        for model in found
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT  # noqa: SLF001 - Django's own name
    ]


def columns_of(model: Model) -> list["models.Field[Any, Any]"]:
    """Those of this table; a child's table does not repeat its parent's."""
    return list(model._meta.local_concrete_fields)  # noqa: SLF001 - as above


def read_rows(model: Model, alias: str) -> Iterator[bytes]:
    """Each row as one line."""
    fields = columns_of(model)
    names = [field.attname for field in fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)  # noqa: SLF001 - as above
    for row in rows.iterator(chunk_size=AT_ONCE):
        values = [field.get_prep_value(value) for field, value in zip(fields, row, strict=True)]
        yield msgspec.json.encode(values) + b"\n"


def write_rows(model: Model, lines: Iterable[bytes]) -> None:
    """Put the lines into the table as they are; in the caller's transaction, which checks what refers to what."""
    connection, fields, meta = connections["default"], columns_of(model), model._meta  # noqa: SLF001 - as above
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column or "") for field in fields)
    marks = ", ".join("%s" for _ in fields)
    insert = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 - names from the models
    with connection.cursor() as cursor:
        for batch in _batches(lines):
            cursor.executemany(insert, [_values(fields, line) for line in batch])


def _values(fields: Sequence["models.Field[Any, Any]"], line: bytes) -> list[Any]:
    connection = connections["default"]
    row = msgspec.json.decode(line)
    return [
        field.get_db_prep_save(field.to_python(value), connection) for field, value in zip(fields, row, strict=True)
    ]


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch


def empty(registry: Apps) -> None:
    """Delete what migrations put into new tables."""
    connection = connections["default"]
    there = set(connection.introspection.table_names())
    tables = [model._meta.db_table for model in registry.get_models(include_auto_created=True)]  # noqa: SLF001 - as above
    tables = [table for table in tables if table in there and not table.endswith("_fts")]  # its triggers empty that one
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=True)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def count_on(registry: Apps) -> None:
    """Let the next row of each table get a number that no restored one has."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables_of(registry)):
            cursor.execute(statement)
