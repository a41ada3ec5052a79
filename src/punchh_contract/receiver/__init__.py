"""Receiving deliveries of events: is one from the vendor, does it fit, what to answer, and who handles it.

`verify` and `judge` need nothing but the package. `Inbox` and `receiver` need the extra `[receiver]`
(SQLAlchemy, Starlette), so they are imported when they are first asked for. See docs/receiving.md.
"""

from typing import TYPE_CHECKING, Any

from punchh_contract.errors import UsageError
from punchh_contract.receiver.credentials import SCHEMES, Credentials, Scheme
from punchh_contract.receiver.event import CannotHandleError, Event
from punchh_contract.receiver.incoming import Incoming
from punchh_contract.receiver.judgement import Memory, Verdict, judge
from punchh_contract.receiver.stamps import Order
from punchh_contract.receiver.verification import Form, Verification, verify

if TYPE_CHECKING:
    from punchh_contract.receiver.app import receiver
    from punchh_contract.receiver.handling import Handling
    from punchh_contract.receiver.inbox import Entry, Inbox, InboxError

__all__ = [
    "SCHEMES",
    "CannotHandleError",
    "Credentials",
    "Entry",
    "Event",
    "Form",
    "Handling",
    "Inbox",
    "InboxError",
    "Incoming",
    "Memory",
    "Order",
    "Scheme",
    "Verdict",
    "Verification",
    "judge",
    "receiver",
    "verify",
]

_HOMES = {
    "Entry": "inbox",
    "Handling": "handling",
    "Inbox": "inbox",
    "InboxError": "inbox",
    "receiver": "app",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{name} needs {error.name}, which is not installed: pip install 'punchh-contract[receiver]'"
        ) from error
