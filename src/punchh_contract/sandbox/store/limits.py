"""How often an operation was called in the running minute and day, by the sandbox's clock."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select, update

from punchh_contract.facts import RateLimit
from punchh_contract.sandbox.store.tables import Moment, metadata

calls = Table(
    "calls",
    metadata,
    Column("operation", String, primary_key=True),
    Column("window", Integer, primary_key=True),  # its length in seconds
    Column("began_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
)
_WINDOWS = (60, 86_400)


class Limits:
    """The windows in one transaction. They are fixed ones, of the clock's minutes and UTC days (assumed)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait(self, operation: str, limit: RateLimit, now: datetime) -> int | None:
        """Count one call; None if it is allowed, else the seconds until the next may be. What is not allowed
        is not counted."""
        rows = self._rows(operation)
        waits, counts = [0], dict[int, int]()
        for window, allowed in zip(_WINDOWS, (limit.per_minute, limit.per_day), strict=True):
            began, row = _began(now, window), rows.get(window)
            counts[window] = 1 + (row.count if row is not None and row.began_at == began else 0)
            if counts[window] > allowed:
                waits.append(math.ceil((began + timedelta(seconds=window) - now).total_seconds()))
        if max(waits):
            return max(waits)
        for window, count in counts.items():
            values = {
                "operation": operation,
                "window": window,
                "began_at": _began(now, window),
                "count": count,
            }
            if window in rows:
                where = (calls.c.operation == operation) & (calls.c.window == window)
                self._connection.execute(update(calls).where(where).values(values))
            else:
                self._connection.execute(insert(calls), values)
        return None

    def _rows(self, operation: str) -> dict[int, Any]:
        found = select(calls).where(calls.c.operation == operation).order_by(calls.c.window)
        return {row.window: row for row in self._connection.execute(found)}


def _began(now: datetime, window: int) -> datetime:
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % window, UTC)
