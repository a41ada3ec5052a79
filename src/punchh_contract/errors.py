"""The exceptions that this package raises on purpose; the command line says each on stderr and exits 2."""

__all__ = ["ContractError", "PunchhContractError", "UsageError"]


class PunchhContractError(Exception):
    """Base of all of them; its text is a sentence for the user and holds no secret and no guest's data."""


class ContractError(PunchhContractError):
    """The contract, or something generated from it, cannot be read; the text names file and place."""


class UsageError(PunchhContractError):
    """The caller asked for something that cannot be done; the text says what to do instead."""
