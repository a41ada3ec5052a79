"""Named copies of everything in the database, to come back to. The one without a name is the seed's."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, insert, select

from punchh_contract.sandbox.store.database import schema
from punchh_contract.sandbox.store.tables import Moment, metadata

SEED = ""
"""The name of the copy that `reset` comes back to."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("name", String, primary_key=True),
    Column("taken_at", Moment, nullable=False),
    Column("content", LargeBinary, nullable=False),
)


def take(connection: Connection, name: str, now: datetime) -> None:
    """Copy everything under a name; a copy of that name is replaced."""
    # Names are a subclass of str, which orjson does not take.
    content = {f"{table.name}": _content(connection, table) for table in _copied()}
    drop(connection, name)
    connection.execute(insert(snapshots), {"name": name, "taken_at": now, "content": orjson.dumps(content)})


def restore(connection: Connection, name: str) -> bool:
    """Put everything as it was when the copy was taken; False if there is none of that name."""
    content = connection.execute(select(snapshots.c.content).where(snapshots.c.name == name)).scalar()
    if content is None:
        return False
    tables: dict[str, dict[str, Any]] = orjson.loads(content)
    for table in reversed(_copied()):
        connection.execute(delete(table))
    for table in _copied():
        copied = tables.get(table.name)  # a table of a newer version is empty
        if copied is not None and copied["rows"]:
            columns = ", ".join(f'"{name}"' for name in copied["columns"])
            marks = ", ".join([_mark(connection)] * len(copied["columns"]))
            connection.exec_driver_sql(
                f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',  # noqa: S608  # names of our own tables
                [tuple(row) for row in copied["rows"]],
            )
    return True


def names(connection: Connection) -> list[tuple[str, datetime]]:
    """The copies and when they were taken, by name, without the seed's."""
    found = select(snapshots.c.name, snapshots.c.taken_at).where(snapshots.c.name != SEED)
    # Sorted here: databases differ in how they order texts.
    return sorted((row.name, row.taken_at) for row in connection.execute(found))


def drop(connection: Connection, name: str) -> bool:
    """Forget a copy; False if there is none of that name."""
    return connection.execute(delete(snapshots).where(snapshots.c.name == name)).rowcount > 0


def _copied() -> list[Table]:
    return [table for table in metadata.sorted_tables if table not in (snapshots, schema)]


def _content(connection: Connection, table: Table) -> dict[str, Any]:
    # As the database holds them: no type is read and written again.
    rows = connection.exec_driver_sql(f'SELECT {_columns(table)} FROM "{table.name}"')  # noqa: S608  # names of our own
    return {"columns": [f"{column.name}" for column in table.columns], "rows": [list(row) for row in rows]}


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
