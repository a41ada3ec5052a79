"""Receiving deliveries of events: is one from the vendor, does it fit, what to answer.

The ASGI application is in `receiver.app`, which needs Starlette; all else here needs only the package.
"""

from punchh_contract.receiver.credentials import SCHEMES, Credentials, Scheme
from punchh_contract.receiver.verification import Form, Verification, verify

__all__ = ["SCHEMES", "Credentials", "Form", "Scheme", "Verification", "verify"]
