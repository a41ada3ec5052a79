"""A sandbox of the four operations on your own machine: invented guests, real debits, nothing of the
vendor's. See README.md.

The names are imported when they are first asked for: the pytest plugin is loaded into every run of pytest,
also where the `sandbox` extra is not installed.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from punchh_contract.sandbox.app import create_app
    from punchh_contract.sandbox.client import Control, ControlError
    from punchh_contract.sandbox.server import Sandbox, running

__all__ = ["Control", "ControlError", "Sandbox", "create_app", "running"]

_HOMES = {
    "Control": "client",
    "ControlError": "client",
    "Sandbox": "server",
    "create_app": "app",
    "running": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
