"""A client that cannot redeem twice: `PunchhClient`, `AsyncPunchhClient`, what they raise and return.

The names are imported when they are first asked for, so that a program pays for what it uses.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from punchh_contract.client.asynchronous import AsyncPunchhClient
    from punchh_contract.client.chaos import ChaosTransport
    from punchh_contract.client.errors import (
        AnswerError,
        AuthenticationError,
        BudgetExceeded,
        BulkMisuse,
        CallTimeout,
        ConnectionFailed,
        LimitError,
        LockedBasketError,
        NotFoundError,
        OutcomeUnknown,
        PunchhError,
        RateLimitedError,
        RefusalError,
        ServerError,
        SignatureError,
        UndocumentedError,
        UnexpectedRedirectError,
        ValidationError,
    )
    from punchh_contract.client.flows import AsyncQuote, Quote
    from punchh_contract.client.menu import MenuBuilder
    from punchh_contract.client.options import AsyncOptions, Options
    from punchh_contract.client.receipt import Receipt
    from punchh_contract.client.results import (
        BatchItem,
        BatchResult,
        CodeResult,
        ForceResult,
        OnlineResult,
        Refusal,
        Result,
    )
    from punchh_contract.client.sync import PunchhClient
    from punchh_contract.client.user_agents import UserAgent

__all__ = [
    "AnswerError",
    "AsyncOptions",
    "AsyncPunchhClient",
    "AsyncQuote",
    "AuthenticationError",
    "BatchItem",
    "BatchResult",
    "BudgetExceeded",
    "BulkMisuse",
    "CallTimeout",
    "ChaosTransport",
    "CodeResult",
    "ConnectionFailed",
    "ForceResult",
    "LimitError",
    "LockedBasketError",
    "MenuBuilder",
    "NotFoundError",
    "OnlineResult",
    "Options",
    "OutcomeUnknown",
    "PunchhClient",
    "PunchhError",
    "Quote",
    "RateLimitedError",
    "Receipt",
    "Refusal",
    "RefusalError",
    "Result",
    "ServerError",
    "SignatureError",
    "UndocumentedError",
    "UnexpectedRedirectError",
    "UserAgent",
    "ValidationError",
]

_HOMES = {
    "AsyncOptions": "options",
    "AsyncPunchhClient": "asynchronous",
    "AsyncQuote": "flows",
    "BatchItem": "results",
    "BatchResult": "results",
    "ChaosTransport": "chaos",
    "CodeResult": "results",
    "ForceResult": "results",
    "MenuBuilder": "menu",
    "OnlineResult": "results",
    "Options": "options",
    "PunchhClient": "sync",
    "Quote": "flows",
    "Receipt": "receipt",
    "Refusal": "results",
    "Result": "results",
    "UserAgent": "user_agents",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value
