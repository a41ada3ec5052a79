"""One unit of work over the store: everything that an operation reads and writes, at one time of the
sandbox's clock, done or undone together."""

from datetime import datetime

from sqlalchemy import Connection

from punchh_contract.sandbox import events
from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.guests import Guest
from punchh_contract.sandbox.identity import content_id, tracking_code
from punchh_contract.sandbox.store.counters import Counters
from punchh_contract.sandbox.store.holdings import Guests
from punchh_contract.sandbox.store.limits import Limits
from punchh_contract.sandbox.store.outbox import Outbox
from punchh_contract.sandbox.store.placing import place
from punchh_contract.sandbox.store.records import Records
from punchh_contract.sandbox.store.world import World


class Transaction:
    """What a transaction can do, by room; `now` is its one time."""

    def __init__(self, connection: Connection, world: World, wall_time: datetime) -> None:
        self.connection = connection
        self.world = world
        self.now = world.clock.now(wall_time)
        self.wall_time = wall_time
        self.guests = Guests(connection)
        self.redemptions = Records(connection)
        self.counters = Counters(connection)
        self.limits = Limits(connection)
        self.outbox = Outbox(connection)
        self.emitted: list[str] = []
        """Content ids of the events of this transaction."""

    @property
    def business(self) -> Business:
        """The one business, as it is now."""
        return self.world.business

    def put(self, *guests: Guest) -> None:
        """Set everything that guests hold. Raises ConflictError, with nothing changed."""
        place(self.connection, self.business, guests)
        for guest in guests:
            self.guests.forget(guest.profile.user_id)

    def tracking_code(self) -> str:
        """Seven digits, others than the last ten million; somebody may have set a code that is the same."""
        return tracking_code(self.business.code_seed, self.counters.next_id("code"))

    def new_code(self) -> str:
        """Seven digits that no code in the store has, so that a code is unique longer than it lives."""
        while self.guests.has_code(code := self.tracking_code()):
            pass
        return code

    def emit(self, change: events.Change, redemption: Redemption) -> None:
        """Tell subscribers of a change of a redemption, with what the guest has after it."""
        profile, account = self.guests.profile(redemption.user_id), self.guests.account(redemption.user_id)
        if profile is None or account is None:
            return  # the guest is gone, and with it whose change it was
        identity = content_id(self.counters.next_id("event"))
        body = events.redemption_event(
            change, redemption, profile, account, self.business, self.now, identity
        )
        self.outbox.add(
            content_id=identity,
            redemption_id=redemption.redemption_id,
            user_id=redemption.user_id,
            created_at=self.now,
            body=body,
        )
        self.emitted.append(identity)

    def finish(self) -> None:
        """Write what is written once, at the end."""
        self.counters.flush()
