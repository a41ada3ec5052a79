"""The contract run: Schemathesis over the whole contract, our own checks beside it, goals for both.

Nothing in here is public; `punchh-contract test` is.
"""

__all__: list[str] = []
