"""What a run asks a sandbox about itself, over HTTP as anyone would: credentials, and values that work."""

import time

import httpx

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.contract import Contract
from punchh_contract.errors import PunchhContractError

RESET_PATH = "/_sandbox/reset"


class TargetError(PunchhContractError):
    """The target does not answer as a sandbox does."""


def wait_until_up(base_url: str, seconds: float = 15) -> None:
    """Return once the sandbox is healthy; raises TargetError if it is not within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if httpx.get(f"{base_url}/_sandbox/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TargetError(f"{base_url} is no sandbox that answers: no health within {seconds:.0f} s")
        time.sleep(0.05)


def credentials(base_url: str) -> Credentials:
    """The sandbox's invented credentials. Raises TargetError."""
    return Credentials.from_mapping(_get(base_url, "credentials").json())


def fixtures(base_url: str, contract: Contract) -> Fixtures:
    """The values that work on the sandbox. Raises TargetError, and UsageError for what are no fixtures."""
    return read(_get(base_url, "fixtures").text, contract, f"{base_url}/_sandbox/fixtures")


def _get(base_url: str, name: str) -> httpx.Response:
    try:
        return httpx.get(f"{base_url}/_sandbox/{name}", trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise TargetError(f"{base_url}/_sandbox/{name} does not answer: {error}") from error
