"""Numbers that count up: ids of what is made, and calls in a window of time."""

from sqlalchemy import BigInteger, Column, Connection, String, Table, insert, select, update
from sqlalchemy.sql import bindparam

from punchh_contract.sandbox.store.tables import metadata

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
_READ = select(counters.c.name, counters.c.value).order_by(counters.c.name)
_WRITE = update(counters).where(counters.c.name == bindparam("counter")).values(value=bindparam("reached"))
NAMES = ("batch", "code", "event", "redemption")
"""Each stands in the table from the start."""


class Counters:
    """The counters in one transaction: read together when the first is asked for, written when it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._values: dict[str, int] = {}
        self._changed: set[str] = set()

    def start(self, first: dict[str, int]) -> None:
        """Set the first number of each counter, in a database that has none yet; 1 where `first` has none."""
        self._connection.execute(
            insert(counters), [{"name": name, "value": first.get(name, 1)} for name in NAMES]
        )

    def next_id(self, name: str) -> int:
        """The next number of a counter, one of `NAMES`."""
        if not self._values:
            self._values = {row.name: row.value for row in self._connection.execute(_READ)}
        value = self._values[name]
        self._values[name] = value + 1
        self._changed.add(name)
        return value

    def flush(self) -> None:
        """Write what was counted."""
        if self._changed:
            self._connection.execute(
                _WRITE, [{"counter": name, "reached": self._values[name]} for name in sorted(self._changed)]
            )
