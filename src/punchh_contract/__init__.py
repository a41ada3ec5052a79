"""The contract of PAR Punchh's redemption APIs and the tools built from it.

`__version__` is the package's version. The contract has one of its own: `contract.load().version`.
Nothing else is imported here: take what you need from `auth`, `contract`, `errors`, `events`, `sandbox` and
`signing`.
"""

from typing import TYPE_CHECKING

__all__ = ["__version__"]

__version__: str

if not TYPE_CHECKING:  # for a type checker, any other name would be a text too

    def __getattr__(name: str) -> str:
        # Late: reading the metadata takes a good part of the time that validating an event does.
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import version

        return version("punchh-contract")
