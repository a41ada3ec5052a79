"""The faults of our own checks: a request is sent again with one thing wrong, and must be refused as the
contract says.

They stand in for stock checks that cannot sign. `prober` makes them.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.conformance import impossible
from punchh_contract.contract import Operation
from punchh_contract.signing import ALGORITHMS, sign

ADDED = "added=1"
"""The query that a probe adds after signing."""
WRONG = impossible.TEXT
"""In place of a credential or of a value that names somebody: nobody's, and one that our guard knows."""


@dataclasses.dataclass
class Call:
    """A request about to be sent: what a probe changes."""

    path: str
    headers: dict[str, str]
    body: bytes


Change = Callable[[Operation, Credentials, Call], None]


@dataclasses.dataclass(frozen=True)
class Probe:
    """One thing wrong.

    `statuses` are those that the answer may have, besides being in the contract. `needs` are the credentials
    (names of the fields) without which it would be another probe.
    """

    name: str
    statuses: frozenset[int]
    change: Change
    needs: tuple[str, ...] = ()


def probes_of(operation: Operation) -> Iterator[Probe]:
    """The probes that an operation has; those first that prove most where only some can be made.

    What is nearly right proves most: a changed body shows that there is a digest, that it is looked at, and
    what it covers.
    """
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    digest, identity = frozenset({412}), frozenset({401})
    if operation.signature is not None:
        yield Probe("a body changed after signing", digest, _changed_body)
    if "posKeys" in schemes:
        yield Probe("a wrong location key alone", identity, _wrong_location_key)
        yield Probe("a wrong business key alone", identity, _wrong_business_key)
    yield Probe("a wrong credential", identity, _wrong_credential)
    if operation.signature is not None:
        yield Probe("no digest", digest, _no_digest)
    yield Probe("no credential", identity, _no_credential)
    if operation.signature is not None:
        # The digest proves a secret; whose it is stands in the body.
        yield Probe("an unknown client", identity, _unknown_client)
    if any(all(scheme.signature for scheme in alternative) for alternative in operation.security):
        # An alternative of nothing but the signature: the body names the guest.
        yield Probe("a wrong token in the body", identity, _wrong_body_token)
    foreign = "access_token" if "accessToken" not in schemes else "admin_key"
    yield Probe("another family's credential", identity, _other_family, (foreign,))
    foreign = "admin_key" if "posKeys" in schemes else "location_key"
    yield Probe("another family's key in this family's form", identity, _foreign_key_in_form, (foreign,))
    if "idToken" in schemes:
        # What the vendor does with somebody else's is assumed; that it identifies the guest is documented. It
        # means something beside an access token only.
        yield Probe("a wrong id-token", identity, _wrong_id_token, ("access_token",))
        yield Probe("an id-token alone", identity, _id_token_alone, ("id_token",))
    if operation.signature is not None:
        yield Probe("a wrong digest", digest, _wrong_digest)
        yield Probe("the other algorithm's digest", digest, _other_algorithm)
        yield Probe("a query added after signing", digest, _added_query)
    # The vendor says that it is refused, not how (C-39).
    yield Probe("no User-Agent", frozenset({400, 401, 422}), _no_user_agent)


def _no_digest(operation: Operation, _: Credentials, call: Call) -> None:
    _drop(call, _digest_name(operation))


def _wrong_digest(operation: Operation, _: Credentials, call: Call) -> None:
    digest = _drop(call, _digest_name(operation))
    call.headers[_digest_name(operation)] = digest[:-1] + ("0" if digest[-1:] != "0" else "1")


def _other_algorithm(operation: Operation, credentials: Credentials, call: Call) -> None:
    name = _digest_name(operation)
    _drop(call, name)
    for algorithm in ALGORITHMS:
        if operation.signature and algorithm != operation.signature.algorithm:
            call.headers[name] = sign(algorithm, str(credentials.of(operation).secret), call.path, call.body)


def _changed_body(_: Operation, __: Credentials, call: Call) -> None:
    body = json.loads(call.body)
    body["unsigned_addition"] = True
    call.body = _compact(body)


def _added_query(_: Operation, __: Credentials, call: Call) -> None:
    call.path += ("&" if "?" in call.path else "?") + ADDED


def _no_credential(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)


def _wrong_credential(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    wrong = dataclasses.replace(
        credentials,
        admin_key=WRONG,
        access_token=WRONG,
        location_key=WRONG,
        business_key=WRONG,
        id_token=None,
    )
    call.headers.update(authorization_headers(operation, wrong))


def _wrong_location_key(operation: Operation, credentials: Credentials, call: Call) -> None:
    _authorize(operation, dataclasses.replace(credentials, location_key=WRONG), call)


def _wrong_business_key(operation: Operation, credentials: Credentials, call: Call) -> None:
    _authorize(operation, dataclasses.replace(credentials, business_key=WRONG), call)


def _foreign_key_in_form(operation: Operation, credentials: Credentials, call: Call) -> None:
    foreign = dataclasses.replace(
        credentials,
        admin_key=credentials.location_key or WRONG,
        access_token=credentials.location_key or WRONG,
        location_key=credentials.admin_key or WRONG,
        id_token=None,
    )
    _strip(operation, credentials, call)
    call.headers.update(authorization_headers(operation, foreign))


def _wrong_id_token(_: Operation, __: Credentials, call: Call) -> None:
    _drop(call, "id-token")
    call.headers["id-token"] = WRONG


def _id_token_alone(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    call.headers["id-token"] = credentials.id_token or WRONG


def by_mail(email: str) -> Probe:
    """Whose an order is, is told by nothing but an `email`, which opens coupons and promotions only."""

    def change(operation: Operation, credentials: Credentials, call: Call) -> None:
        _strip(operation, credentials, call)
        call.body = _compact({**json.loads(call.body), "email": email})
        _sign_again(operation, credentials, call)

    return Probe("an e-mail address alone", frozenset({401}), change)


def _wrong_body_token(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    call.body = _compact({**json.loads(call.body), "authentication_token": WRONG})
    _sign_again(operation, credentials, call)


def _unknown_client(operation: Operation, credentials: Credentials, call: Call) -> None:
    call.body = _compact({**json.loads(call.body), "client": WRONG})
    _sign_again(operation, credentials, call)


def _other_family(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    foreign = credentials.access_token if "accessToken" not in schemes else credentials.admin_key
    call.headers["Authorization"] = f"Bearer {foreign or WRONG}"


def _no_user_agent(_: Operation, __: Credentials, call: Call) -> None:
    _drop(call, "User-Agent")  # and the wire keeps it so


def _strip(operation: Operation, credentials: Credentials, call: Call) -> None:
    """Take every credential off, the guest's token in the body included, and sign what is left."""
    for schemes in operation.security:
        for scheme in schemes:
            if scheme.signature is None:
                _drop(call, scheme.header)
    body = json.loads(call.body)
    if body.pop("authentication_token", None) is not None:
        call.body = _compact(body)
    _sign_again(operation, credentials, call)


def _authorize(operation: Operation, credentials: Credentials, call: Call) -> None:
    """Put other credentials into the headers, and leave the body as it is."""
    headers = authorization_headers(operation, credentials)
    for name in headers:
        _drop(call, name)
    call.headers.update(headers)


def _sign_again(operation: Operation, credentials: Credentials, call: Call) -> None:
    if operation.signature is not None:
        _drop(call, _digest_name(operation))
        call.headers.update(digest_header(operation, credentials, call.path, call.body))


def _digest_name(operation: Operation) -> str:
    return operation.signature.header if operation.signature else ""


def _drop(call: Call, name: str) -> str:
    dropped = ""
    for header in [each for each in call.headers if each.lower() == name.lower()]:
        dropped = call.headers.pop(header)
    return dropped


def _compact(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
