"""What a migration must not do while servers of the release before still write into the same tables.

Linters that read the SQL of one database see only that one; this looks at the operations, which are the same for all.
A migration that may do it all the same says why: `safe_because = {"RemoveField photo.digest": "the reason"}`.
"""

from django.db import migrations, models

from plant_community_backend.migration_operations import AddIndexWhileServing

GONE = "servers of the release before still read and write it: stop using it in one release, remove it in the next"
RENAMED = (
    "servers of the release before know the old name only: add the new one, copy, remove the old one a release later"
)
NEEDED = "servers of the release before insert rows without it: give it null=True or a db_default"
NARROWED = (
    "rows are locked while each is checked or rewritten, and the release before may write others: add a new column"
)
INDEXED = "PostgreSQL lets nobody write while it builds the index: use AddIndexWhileServing in a migration of its own"
CHECKED = (
    "PostgreSQL lets nobody write while it checks all rows, and the release before may break it: say why it cannot"
)
UNSEEN = "nobody can see what it does: say why servers of the release before bear it"

KINDS = {
    (migrations.RemoveField, migrations.DeleteModel): GONE,
    (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable): RENAMED,
    (migrations.AddIndex,): INDEXED,
    (migrations.AddConstraint, migrations.AlterUniqueTogether): CHECKED,
    (migrations.RunSQL,): UNSEEN,
}


def find_problems(app, migration, state):
    """The operations that are not safe, each with its reason. Moves `state`, which is that before the migration."""
    created, found = set(), {}
    for operation in migration.operations:
        for each in (getattr(operation, "state_operations", ()) and operation.database_operations) or [operation]:
            reason = _reason(app, each, state, created)
            if reason:
                found[name_of(each)] = reason
        if isinstance(operation, migrations.CreateModel):
            created.add(operation.name.lower())
        operation.state_forwards(app, state)
    accepted = getattr(migration, "safe_because", {})
    left = {name: reason for name, reason in found.items() if not accepted.get(name, "").strip()}
    return left | {name: "it is accepted, and not there: remove the word" for name in accepted if name not in found}


def name_of(operation):
    """Kind and target, as `AddField photo.digest`."""
    target = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
    of_model = hasattr(operation, "model_name")
    part = getattr(operation, "name", None) or getattr(operation, "old_name", None) or ""
    part = part or getattr(getattr(operation, "index", None) or getattr(operation, "constraint", None), "name", "")
    return f"{type(operation).__name__} {target.lower()}{f'.{part}' if of_model and part else ''}".strip()


def _reason(app, operation, state, created):
    model = (getattr(operation, "model_name", None) or getattr(operation, "name", None) or "").lower()
    if model in created:
        return None  # no server of the release before knows the table
    if isinstance(operation, migrations.AddField):
        return _of_new(operation.field)
    if isinstance(operation, migrations.AlterField):
        return _of_changed(state.models[app, model].fields[operation.name], operation.field)
    return None if isinstance(operation, AddIndexWhileServing) else _of_kind(operation)


def _of_kind(operation):
    return next((reason for kinds, reason in KINDS.items() if isinstance(operation, kinds)), None)


def _of_new(field):
    if isinstance(field, models.ManyToManyField):
        return None  # a table of its own
    if not field.null and not field.has_db_default():
        return NEEDED
    return INDEXED if field.db_index or field.unique else None


def _of_changed(before, after):
    if before.null and not after.null:
        return NEEDED
    if (after.unique or after.db_index) and not (before.unique or before.db_index):
        return INDEXED
    if before.get_internal_type() != after.get_internal_type():
        return NARROWED
    lengths = (before.max_length, after.max_length)
    return NARROWED if None not in lengths and lengths[1] < lengths[0] else None
