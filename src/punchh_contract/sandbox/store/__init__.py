"""The sandbox's state in a database; see `store` for what it hands out."""

from punchh_contract.sandbox.store.placing import ConflictError
from punchh_contract.sandbox.store.records import Scope
from punchh_contract.sandbox.store.store import Store
from punchh_contract.sandbox.store.transaction import Transaction

__all__ = ["ConflictError", "Scope", "Store", "Transaction"]
