"""Lets what waits to be redeemed expire, by the sandbox's clock."""

from datetime import datetime

from punchh_contract.sandbox import lifecycle, recording
from punchh_contract.sandbox.store import Transaction
from punchh_contract.sandbox.store.records import Records

BATCH = 500
"""Redemptions in one transaction: a clock that jumps far must not hold everybody up."""


def expire_due(transaction: Transaction, now: datetime) -> int:
    """Let redemptions expire that nobody used in time, oldest first, and tell of each; how many were found,
    `BATCH` at the most."""
    # Looked at without a lock, then locked in the order that operations keep: guests, then what is theirs.
    found = Records(transaction.connection, lock=False).due(now, BATCH)
    for user_id in sorted({each.user_id for each in found}):
        transaction.guests.account(user_id)
    for each in found:
        current = transaction.redemptions.get(each.redemption_id)
        if current is not None and current.status == lifecycle.WAITING:
            recording.expired(transaction, current)
    return len(found)
