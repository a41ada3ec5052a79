"""Which addresses may be called: this machine, and hosts that were named on purpose."""

import ipaddress
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    import httpx


def check(url: str, allow_hosts: Collection[str] = ()) -> "httpx.URL":
    """The address of a subscriber, read.

    Raises:
        UsageError: it is no http or https address, holds a fragment or a password, or its host is neither
            loopback nor among `allow_hosts` (names or addresses, as they stand in the URL, in lowercase).
    """
    # Not above: a sandbox without subscribers starts without it.
    import httpx

    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise UsageError("the subscriber's url is no address, such as http://127.0.0.1:9000/hook") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise UsageError("the subscriber's url has to begin with http:// or https:// and a host")
    if address.userinfo or address.fragment:
        raise UsageError("the subscriber's url must hold neither a password nor a fragment")
    if not (_loopback(address.host) or address.host in allow_hosts):
        raise UsageError(
            "the sandbox delivers to this machine only (127.0.0.1, ::1, localhost), unless it was started"
            " with leave to deliver to that host"
        )
    return address


def hosts(names: Collection[str]) -> frozenset[str]:
    """Names or addresses of hosts, as they would stand in a URL.

    Raises:
        UsageError: one is something else, such as a URL or a host with a port.
    """
    for name in names:
        alone = name.strip("[]")
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name) and not _address(alone):
            raise UsageError(f"{name!r} is no host by itself, such as hooks.example.com: leave all else out")
    return frozenset(each.strip("[]").lower() for each in names)


def _address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
