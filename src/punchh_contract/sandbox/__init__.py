"""A sandbox of the four operations on your own machine: invented guests, real debits, nothing of the
vendor's. See README.md."""

from punchh_contract.sandbox.server import Sandbox, running

__all__ = ["Sandbox", "running"]
