"""The proof that the contract run can fail: faults of the sandbox, and what plants them.

Nothing in here is public, and nothing in here may be needed to use the toolkit.
"""

__all__: list[str] = []
