"""Which hosts a run may be pointed at: loopback, and those that the user named twice.

Nothing is looked up: a name that resolves to loopback is still somebody's name.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from punchh_contract.errors import UsageError

LOCALHOST = "localhost"
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_PORTS = {"http": 80, "https": 443}
# Underscores are no host names' by the book, and stand in those of containers.
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")


def origin(url: str, allowed: Sequence[str]) -> str:
    """Return the origin of a target, normalised: lower case, no trailing dot, no default port.

    `allowed` are the hosts that the user repeated; loopback needs none. Raises UsageError that says what to
    type, and that repeats nothing of the URL but its host.
    """
    if not url.isascii() or not url.isprintable() or re.search(r"[\s\\]", url):
        raise UsageError(
            "--target must be printable ASCII without spaces or backslashes: https://HOST, an international"
            " name as its `xn--` form"
        )
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _PORTS:
        raise UsageError("--target is a URL that begins with http:// or https://, such as https://HOST")
    _refuse_more_than_an_origin(rest)
    host, port = _host_and_port(url)
    repeated = {_allowed(each) for each in allowed}
    if not is_loopback(host) and host not in repeated:
        raise UsageError(
            f"{host} is not this machine: requests with your credentials would go there. If it is a sandbox"
            f" of yours, repeat the host: --allow-host '{host}'"
        )
    default = _PORTS[scheme.lower()]
    return f"{scheme.lower()}://{host}" + (f":{port}" if port not in (None, default) else "")


def is_loopback(host: str) -> bool:
    """Tell whether a host, as `origin` writes it, is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host == LOCALHOST:
        return True
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return any(address in network for network in _LOOPBACK)


def _refuse_more_than_an_origin(rest: str) -> None:
    """Refuse whatever stands beside host and port; `rest` is what follows the scheme."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        raise UsageError(
            "--target holds a user name before the host; credentials go into PUNCHH_… variables, where no"
            " report shows them: leave everything up to the @ away"
        )
    if rest.removeprefix(authority) not in ("", "/"):
        raise UsageError(
            "--target is an origin, such as https://HOST or http://localhost:8080: the contract adds its own"
            " paths, and digests are made over them, so leave path, query and fragment away"
        )


def _host_and_port(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(
            "--target: host or port cannot be read; a port is a number up to 65535, an IPv6 address stands in"
            " brackets: http://[::1]:8080"
        ) from None
    if port == 0 or parts.netloc.endswith(":"):
        raise UsageError("--target: the port is missing after the colon, or is 0; give one, or no colon")
    normalised = _normalised(f"[{host}]" if ":" in host else host)
    if normalised is None:
        raise UsageError("--target has no host that can be read: https://HOST, without wildcards or escapes")
    return normalised, port


def _allowed(entry: str) -> str:
    normalised = _normalised(entry)
    if normalised is None:
        raise UsageError(
            "--allow-host takes one host as it stands in --target, whole and by itself: no scheme, port, path"
            " or wildcard; an IPv6 address in brackets, such as '[2001:db8::1]'"
        )
    return normalised


def _normalised(host: str) -> str | None:
    """One spelling of a host, None for what is none."""
    host = host.lower()
    if host.startswith("[") and host.endswith("]"):
        try:
            # The IPv6 kind has a zone, which names an interface of this machine and no host: refused.
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            return None
        return None if address.scope_id else f"[{address.compressed}]"
    if not _NAME.fullmatch(host) or ".." in host:
        return None
    return host.removesuffix(".")


def counted(origin: str) -> str:
    """Return under what name refusals of an origin are counted: a vendor counts our address, whatever the
    port and the spelling. On this machine each port is a server of its own.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    return f"loopback:{parts.port}" if is_loopback(host) else host
