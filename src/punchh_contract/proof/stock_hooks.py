"""What Schemathesis' own command is given here: credentials, as its documentation says to. It imports this by
SCHEMATHESIS_HOOKS, in its own process; nothing of ours does."""

import os

import schemathesis

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.contract import load

# The documented name, which is put there at run time only.
schemathesis.auth.set_from_requests(  # type: ignore[attr-defined]
    PunchhRequestsAuth(Credentials.from_mapping(os.environ), load())
)
