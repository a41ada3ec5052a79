"""Credentials and signature of each operation, as headers, as an `httpx.Auth` and as an auth for requests.

Which header an operation needs, and how it is signed, comes from the contract; what is signed is the body and
the path with query of the very request that goes out. Secrets are arguments; nothing is read here.

Redirects. httpx follows none unless told to; with `follow_redirects=True` it drops `Authorization` for
another origin but carries every other header and a 307's body along, where no auth can reach them: leave it
off. requests follows by default; `PunchhRequestsAuth` takes its headers off before it does so to another
origin (a 307's body, which may hold a guest's token, still goes: pass `allow_redirects=False`). Neither signs
the new path, so a redirected signed call ends in a 412.
"""

import dataclasses
from collections.abc import Generator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin, urlsplit

import httpx

from punchh_contract.contract import Contract, Operation, load
from punchh_contract.errors import UsageError
from punchh_contract.signing import sign

if TYPE_CHECKING:
    import requests  # an extra: at run time its objects come to us, we never import it

__all__ = [
    "Credentials",
    "PunchhAuth",
    "PunchhRequestsAuth",
    "authorization_headers",
    "digest_header",
    "usable",
]

# Security scheme of the contract -> the credentials that fill its header.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "adminKey": ("admin_key",),
    "accessToken": ("access_token",),
    "idToken": ("id_token",),
    "posKeys": ("location_key", "business_key"),
    # The digest proves the secret; the client that it belongs to travels in the body.
    "onlineDigest": ("client", "secret"),
    "mobileDigest": ("client", "secret"),
}

# Signing scheme -> the prefix of a client and secret that are given for its family alone.
_FAMILIES: Mapping[str, str] = {"onlineDigest": "online", "mobileDigest": "mobile"}


@dataclasses.dataclass(frozen=True, repr=False)
class Credentials:
    """What a caller may hold; None (or empty) is "not given". Its repr says which are set and shows none.

    A business can have one client for online ordering and another for its app: `online_…` and `mobile_…`
    take the place of `client` and `secret` for the operations that are signed in that way (see `of`).

    Raises UsageError for a value that no header can carry: not printable ASCII, or space around it.
    """

    client: str | None = None
    secret: str | None = None
    access_token: str | None = None
    id_token: str | None = None
    admin_key: str | None = None
    location_key: str | None = None
    business_key: str | None = None
    user_agent: str | None = None
    online_client: str | None = None
    online_secret: str | None = None
    mobile_client: str | None = None
    mobile_secret: str | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name) or ""
            if value != value.strip() or not (value.isascii() and value.isprintable()):
                raise UsageError(
                    f"{_variable(field.name)} holds white space around its value, or characters that are not"
                    " printable ASCII (a line break from a file?): set it to the bare value"
                )

    def __repr__(self) -> str:
        states = (
            f"{field.name}={'***' if getattr(self, field.name) else None}"
            for field in dataclasses.fields(self)
        )
        return f"Credentials({', '.join(states)})"

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> "Credentials":
        """Take the `PUNCHH_*` names of `mapping`, such as `os.environ`; an empty value is not given."""
        return cls(
            **{field.name: mapping.get(_variable(field.name)) or None for field in dataclasses.fields(cls)}
        )

    def of(self, operation: Operation) -> "Credentials":
        """Return what counts for one operation: `client` and `secret` are those of its family where they are
        given, and else the plain ones, each by itself. Doing it twice changes nothing.
        """
        schemes = {scheme.name for alternative in operation.security for scheme in alternative}
        family = next((prefix for scheme, prefix in _FAMILIES.items() if scheme in schemes), None)
        if family is None:
            return self
        return dataclasses.replace(
            self,
            client=getattr(self, f"{family}_client") or self.client,
            secret=getattr(self, f"{family}_secret") or self.secret,
            online_client=None,
            online_secret=None,
            mobile_client=None,
            mobile_secret=None,
        )

    def missing(self, operation: Operation) -> tuple[str, ...]:
        """Name the `PUNCHH_*` variables still lacking for the alternative that lacks fewest.

        Of a client or secret the plain name, though one for the family alone would do as well.
        """
        held = self.of(operation)
        lacking = [
            tuple(
                _variable(name)
                for scheme in schemes
                for name in _NEEDS[scheme.name]
                if not getattr(held, name)
            )
            for schemes in operation.security
        ]
        return min(lacking, key=len, default=())


def usable(operation: Operation) -> frozenset[str]:
    """Return the names of the fields of `Credentials` that an operation can use, in whatever alternative."""
    names = set[str]()
    for scheme in {scheme.name for alternative in operation.security for scheme in alternative}:
        names.update(_NEEDS[scheme])
        if scheme in _FAMILIES:
            names.update(f"{_FAMILIES[scheme]}_{name}" for name in _NEEDS[scheme])
    return frozenset(names)


def authorization_headers(operation: Operation, credentials: Credentials) -> dict[str, str]:
    """Return `Authorization` and `id-token` as far as the operation takes them and the credentials fill them.

    Of the operation's security alternatives the fullest that can be filled counts, so an id token without an
    access token is not sent (it opens nothing: SEED-001, SEED-003, documented). Empty when none can be.
    """
    best: dict[str, str] = {}
    for schemes in operation.security:
        headers = {each.header: _value(each.name, credentials) for each in schemes if each.signature is None}
        if len(headers) > len(best) and all(headers.values()):
            best = headers
    return best


def digest_header(operation: Operation, credentials: Credentials, uri: str, body: bytes) -> dict[str, str]:
    """Return the signature's header over `uri` (path and query) and `body` (as sent); empty if unsigned.

    Raises UsageError when the operation is signed and the credentials hold no secret.
    """
    if operation.signature is None:
        return {}
    secret = credentials.of(operation).secret
    if not secret:
        raise UsageError(f"{operation.id} is signed and needs PUNCHH_SECRET, which is not given")
    algorithm, header = operation.signature.algorithm, operation.signature.header
    return {header: sign(algorithm, secret, uri, body)}


class PunchhAuth(httpx.Auth):
    """Authorize and sign httpx requests, sync and async; a header that the caller set stays as it is.

    A request to no operation of the contract passes untouched. Raises UsageError when no alternative of the
    operation's security can be filled: the vendor blocks an address after ten failed authentications.
    """

    requires_request_body = True

    def __init__(self, credentials: Credentials, contract: Contract | None = None) -> None:
        self._credentials = credentials
        self._contract = contract or load()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        uri = request.url.raw_path.decode("ascii")
        operation = _operation(self._contract, request.method, uri)
        if operation is not None:
            _fill(request.headers, operation, self._credentials, uri, request.content)
        yield request


class PunchhRequestsAuth:
    """The same for requests, which takes any callable: `requests.post(…, auth=PunchhRequestsAuth(…))`.

    Raises UsageError as `PunchhAuth` does, and for a body that is a stream: it cannot be read twice.
    """

    def __init__(self, credentials: Credentials, contract: Contract | None = None) -> None:
        self._credentials = credentials
        self._contract = contract or load()

    def __call__(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        uri = request.path_url
        operation = _operation(self._contract, request.method or "GET", uri)
        if operation is None:
            return request
        if isinstance(request.body, str):
            # Pinned to the bytes that we sign: how text would be encoded depends on urllib3's version.
            request.body = request.body.encode()
        if not isinstance(cast(object, request.body), bytes | None):  # its stubs know no streams
            raise UsageError(f"{operation.id}: a streamed body cannot be signed; pass bytes, text or json=")
        before = set(request.headers)
        _fill(request.headers, operation, self._credentials, uri, request.body or b"")
        added = set(request.headers) - before

        def stay_home(response: "requests.Response", **_: Any) -> None:
            # Called before requests follows; it copies these headers onto the request to the new place.
            if response.is_redirect and _leaves(response.request.url, response.headers["Location"]):
                for name in added:
                    response.request.headers.pop(name, None)

        request.register_hook("response", stay_home)  # type: ignore[no-untyped-call]  # requests' stubs
        return request


def _fill(
    headers: MutableMapping[str, str], operation: Operation, credentials: Credentials, uri: str, body: bytes
) -> None:
    for name, value in authorization_headers(operation, credentials).items():
        headers.setdefault(name, value)
    if operation.signature and operation.signature.header not in headers:
        headers.update(digest_header(operation, credentials, uri, body))
    # Judged by the request, not by the credentials, since the caller may have brought a header of their own.
    if operation.security and not any(
        all(each.header in headers for each in schemes) for schemes in operation.security
    ):
        raise UsageError(
            f"{operation.id} needs {', '.join(credentials.missing(operation))}, which is not given"
        )


def _value(scheme: str, credentials: Credentials) -> str:
    values = [getattr(credentials, name) for name in _NEEDS[scheme]]
    if not all(values):
        return ""
    if scheme == "posKeys":
        return "Token token={}, btoken={}".format(*values)
    return str(values[0]) if scheme == "idToken" else f"Bearer {values[0]}"


def _variable(field: str) -> str:
    return f"PUNCHH_{field.upper()}"


def _operation(contract: Contract, method: str, uri: str) -> Operation | None:
    return contract.find(method, uri.partition("?")[0])


def _leaves(url: str | None, location: str) -> bool:
    here, there = urlsplit(url or ""), urlsplit(urljoin(url or "", location))
    return (here.scheme, here.netloc) != (there.scheme, there.netloc)
