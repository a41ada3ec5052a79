"""The zoo: faults that a sandbox can be given, by room. The order is the order of reports."""

from punchh_contract.proof.fault import Fault
from punchh_contract.proof.zoo import (
    access,
    answers,
    baskets,
    codes,
    events,
    force,
    headers,
    holdings,
    money,
    promises,
    quotes,
    races,
    receipts,
    signatures,
    times,
)

ZOO: tuple[Fault, ...] = (
    *answers.FAULTS,
    *headers.FAULTS,
    *signatures.FAULTS,
    *access.FAULTS,
    *money.FAULTS,
    *receipts.FAULTS,
    *holdings.FAULTS,
    *quotes.FAULTS,
    *promises.FAULTS,
    *races.FAULTS,
    *baskets.FAULTS,
    *force.FAULTS,
    *codes.FAULTS,
    *times.FAULTS,
    *events.FAULTS,
)
"""Every fault, under an id of its own."""
