"""What holds for the whole sandbox: its business, its clock, and which seed it was made from."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, insert, select, update

from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.magic import Magic, MagicValue
from punchh_contract.sandbox.seed import Seed, read_business
from punchh_contract.sandbox.store.tables import Json, Moment, metadata

world = Table(
    "world",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seed", String, nullable=False),
    Column("business", Json, nullable=False),
    Column("magic", Json, nullable=False),
    Column("revision", Integer, nullable=False),  # of the business
    Column("clock_offset", BigInteger, nullable=False),  # in microseconds
    Column("clock_frozen_at", Moment),
)
_READ = select(world.c.revision, world.c.clock_offset, world.c.clock_frozen_at)
_BUSINESS = select(world.c.business)
_CLOCK = select(world.c.clock_offset, world.c.clock_frozen_at)
_MICROSECOND = timedelta(microseconds=1)


class World:
    """The world as one transaction sees it.

    Reading the business anew costs more than a redemption, so `known`, what the store read last, serves as
    long as its revision is the database's.
    """

    def __init__(self, connection: Connection, known: tuple[int, Business] | None) -> None:
        self._connection = connection
        row = connection.execute(_READ).one()
        self.clock = ClockState(row.clock_offset * _MICROSECOND, row.clock_frozen_at)
        if known is None or known[0] != row.revision:
            known = row.revision, read_business(connection.execute(_BUSINESS).scalar_one())
        self.revision, self.business = known

    def hold(self) -> None:
        """See clock and business as they are now, and let nobody else change them until the transaction ends;
        to be called before one is changed by what it was."""
        row = self._connection.execute(_READ.with_for_update()).one()
        self.clock = ClockState(row.clock_offset * _MICROSECOND, row.clock_frozen_at)
        if row.revision != self.revision:
            self.revision = row.revision
            self.business = read_business(self._connection.execute(_BUSINESS).scalar_one())

    def set_business(self, document: dict[str, Any]) -> None:
        """Take another business document, one that fits the schema `Business`. Raises ValueError if it
        contradicts itself."""
        self.business = read_business(document)
        self.revision += 1
        self._connection.execute(update(world).values(business=document, revision=self.revision))

    def bump(self) -> None:
        """The business is another one, whatever its revision says."""
        highest = max(self.revision, self._connection.execute(select(world.c.revision)).scalar_one())
        self._connection.execute(update(world).values(revision=highest + 1))

    def set_clock(self, clock: ClockState) -> None:
        """Set the clock; the transaction itself stays at its own time."""
        self.clock = clock
        self._connection.execute(
            update(world).values(clock_offset=clock.offset // _MICROSECOND, clock_frozen_at=clock.frozen_at)
        )


def create(connection: Connection, digest: str, seed: Seed, clock: ClockState) -> None:
    """Begin a world in an empty database; `digest` tells seeds apart."""
    connection.execute(
        insert(world),
        {
            "id": 1,
            "seed": digest,
            "business": dict(seed.business.document),
            "magic": [asdict(each) for each in seed.magic.values],
            "revision": 1,
            "clock_offset": clock.offset // _MICROSECOND,
            "clock_frozen_at": clock.frozen_at,
        },
    )


def seed_of(connection: Connection) -> str:
    """What tells the seed that this world was made from."""
    return str(connection.execute(select(world.c.seed)).scalar_one())


def magic_of(connection: Connection) -> Magic:
    """The magic values of the seed that this world was made from."""
    values = connection.execute(select(world.c.magic)).scalar_one()
    return Magic(MagicValue(**each) for each in values)
