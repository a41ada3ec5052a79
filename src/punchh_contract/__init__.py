"""The contract of PAR Punchh's redemption APIs and the tools built from it.

`PunchhClient` and `AsyncPunchhClient` redeem. `__version__` is the package's version; the contract has one of
its own: `contract.load().version`. Nothing else is imported here: take what you need from `auth`, `client`,
`contract`, `errors`, `events`, `receiver`, `sandbox` and `signing`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from punchh_contract.client.asynchronous import AsyncPunchhClient
    from punchh_contract.client.sync import PunchhClient

__all__ = ["AsyncPunchhClient", "PunchhClient", "__version__"]

__version__: str

if not TYPE_CHECKING:  # for a type checker, any other name would be there too

    def __getattr__(name: str) -> Any:
        # Late: reading the metadata takes a good part of the time that validating an event does, and a client
        # loads httpx.
        if name == "__version__":
            from importlib.metadata import version

            return version("punchh-contract")
        if name in __all__:
            from importlib import import_module

            return getattr(import_module("punchh_contract.client"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
