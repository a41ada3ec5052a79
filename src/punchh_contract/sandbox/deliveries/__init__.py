"""Delivers events to subscribers: signed, in order, at least once, and again when it failed."""

from punchh_contract.sandbox.deliveries.expiry import expire_due
from punchh_contract.sandbox.deliveries.pump import Pump
from punchh_contract.sandbox.deliveries.sender import Answer

__all__ = ["Answer", "Pump", "expire_due"]
