"""What a client was told: where to, with which credentials, how long, how often. Frozen, and silent about
secrets; arguments come before the `PUNCHH_*` variables.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from punchh_contract.client.user_agents import UserAgent
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.contract import Operation

__all__ = ["SECRETS", "AsyncSecret", "Secret", "Settings", "checked_seconds"]

Secret = str | Callable[[], str | None]
"""A credential: its value, or a function that returns it anew for each call: a token that is refreshed. The
attempts of one call are all made with what it returned, so that they speak for one guest."""

AsyncSecret = Secret | Callable[[], Awaitable[str | None]]
"""The same for the async client, whose functions may be coroutines."""

LONGEST = 86_400.0
"""Seconds: a day. The clocks and locks of the system take no time of any length, and nobody waits longer."""

SECRETS = (
    "client",
    "secret",
    "access_token",
    "id_token",
    "admin_key",
    "location_key",
    "business_key",
    "online_client",
    "online_secret",
    "mobile_client",
    "mobile_secret",
)
"""The credentials, by the names of `auth.Credentials`; `PUNCHH_` and the name in capitals is the variable."""


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """How a client behaves; see `PunchhClient` for what each one means to a caller.

    Seconds are floats. `timeout` is for a whole call, its repetitions and waits included; `connect_timeout`
    for one connection. `max_retries` is how often a call is repeated at most, where repeating it is safe at
    all.
    """

    base_url: str
    client: AsyncSecret | None = None
    secret: AsyncSecret | None = None
    access_token: AsyncSecret | None = None
    id_token: AsyncSecret | None = None
    admin_key: AsyncSecret | None = None
    location_key: AsyncSecret | None = None
    business_key: AsyncSecret | None = None
    online_client: AsyncSecret | None = None
    online_secret: AsyncSecret | None = None
    mobile_client: AsyncSecret | None = None
    mobile_secret: AsyncSecret | None = None
    user_agent: str | UserAgent | None = None
    accept_language: str | None = None
    accept_timezone: str | None = None
    timeout: float = 6.0
    connect_timeout: float = 2.0
    max_retries: int = 2
    trust_external_uid: bool = False
    journal: str | Path | None = None
    budget: str | Path | bool | None = None
    allow_bulk_force_redeem: bool = False
    doctor: bool = True

    def __post_init__(self) -> None:
        """Raises UsageError that names the setting and what it takes."""
        # Types too: not all who call us have them checked.
        _checked_address(self.base_url)
        for name in ("timeout", "connect_timeout"):
            checked_seconds(name, getattr(self, name))
        if (
            isinstance(self.max_retries, bool)
            or not isinstance(self.max_retries, int)  # pyright: ignore[reportUnnecessaryIsInstance]
            or self.max_retries < 0
        ):
            raise UsageError("max_retries is a whole number, 0 or more")
        for name in _SWITCHES:
            # A text such as "0" would count as true, and one of them decides about money.
            if not isinstance(getattr(self, name), bool):
                raise UsageError(f"{name} is True or False")
        for name in ("user_agent", "accept_language", "accept_timezone"):
            value = getattr(self, name)
            if isinstance(value, str) and not (value.isascii() and value.isprintable()):
                raise UsageError(f"{name} holds characters that a header cannot carry")
        if isinstance(self.journal, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError("journal is the path of a file, such as redemptions.db")
        if not isinstance(self.user_agent, str | UserAgent | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError("user_agent is a UserAgent or a text")

    def __repr__(self) -> str:
        shown = (
            f"{each.name}={'***' if each.name in SECRETS else repr(getattr(self, each.name))}"
            for each in dataclasses.fields(self)
            if getattr(self, each.name) != each.default
        )
        return f"Settings({', '.join(shown)})"

    @classmethod
    def read(cls, environ: Mapping[str, str], arguments: Mapping[str, Any]) -> Self:
        """Return what `arguments` say, and the `PUNCHH_*` names of `environ` where they say nothing.

        An argument of None is not given, an empty variable neither. Raises UsageError as `Settings` does, and
        for a variable that cannot be read.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        for each in dataclasses.fields(cls):
            text = environ.get(f"PUNCHH_{each.name.upper()}")
            if text and each.name not in given:
                given[each.name] = _read(each.name, text)
        if "base_url" not in given:
            raise UsageError(
                "where to? Pass base_url or set PUNCHH_BASE_URL, such as https://SERVER_NAME.punchh.com (PAR"
                " gives the name) or the address of `punchh-contract sandbox`"
            )
        return cls(**given)

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return a copy with some settings changed; raises UsageError as `Settings` does, also for a name
        that is no setting.
        """
        known = {each.name for each in dataclasses.fields(self)}
        if unknown := sorted(changes.keys() - known):
            raise UsageError(f"no such setting: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        return dataclasses.replace(self, **changes)

    def credentials(self, operation: Operation) -> Credentials:
        """The credentials that `operation` can use, functions called; no function of another family is.

        Raises UsageError where a function returns an awaitable: that needs the async client.
        """
        from punchh_contract.auth import Credentials

        held: dict[str, str | None] = {}
        for name in self._names(operation):
            value = getattr(self, name)
            if callable(value):
                value = value()
                if inspect.isawaitable(value):
                    if inspect.iscoroutine(value):
                        value.close()  # or Python warns that nobody awaited it
                    raise UsageError(f"{name} is a coroutine function: use AsyncPunchhClient")
            held[name] = _text(name, value)
        return Credentials(**held)

    async def credentials_async(self, operation: Operation) -> Credentials:
        """As `credentials`; awaits what a function returns where it is an awaitable."""
        from punchh_contract.auth import Credentials

        held: dict[str, str | None] = {}
        for name in self._names(operation):
            value = getattr(self, name)
            if callable(value):
                value = value()
                if inspect.isawaitable(value):
                    value = await value
            held[name] = _text(name, value)
        return Credentials(**held)

    def fixed(self, operation: Operation) -> bool:
        """Tell whether the operation's credentials are values, which need to be looked at only once."""
        return not any(callable(getattr(self, name)) for name in self._names(operation))

    def user_agent_of(self, operation: Operation) -> str:
        """The User-Agent for the operation's family; raises UsageError where none can be made."""
        if isinstance(self.user_agent, UserAgent):
            return self.user_agent.of(operation.family)
        if not self.user_agent or not self.user_agent.strip():
            raise UsageError(
                "every call needs a User-Agent: pass user_agent=UserAgent('YourSoftware', '1.0', …) or set"
                " PUNCHH_USER_AGENT; the vendor refuses a call without one"
            )
        return self.user_agent

    def _names(self, operation: Operation) -> list[str]:
        from punchh_contract.auth import usable

        wanted = usable(operation)
        return [name for name in SECRETS if name in wanted and getattr(self, name) is not None]


_SWITCHES = ("trust_external_uid", "allow_bulk_force_redeem", "doctor")
_NUMBERS: Mapping[str, type[int | float]] = {
    "timeout": float,
    "connect_timeout": float,
    "max_retries": int,
}
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _read(name: str, text: str) -> Any:
    if name in _NUMBERS:
        try:
            return _NUMBERS[name](text)
        except ValueError:
            raise UsageError(f"PUNCHH_{name.upper()} is no number") from None
    if name in _SWITCHES or (name == "budget" and text.lower() in (*_YES, *_NO)):
        if text.lower() not in (*_YES, *_NO):
            raise UsageError(f"PUNCHH_{name.upper()} is 1 or 0")
        return text.lower() in _YES
    return text


def checked_seconds(name: str, value: object) -> float:
    """Return a length of time; raises UsageError that names it for what is none."""
    # NaN is neither above nor below anything.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise UsageError(f"{name} is a number of seconds above 0, at most {LONGEST:.0f} (a day)")
    return value


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise UsageError(f"{name} is a text or a function that returns one, not {type(value).__name__}")


def _checked_address(base_url: object) -> None:
    if not isinstance(base_url, str):
        raise UsageError("base_url is a text, such as https://SERVER_NAME.punchh.com")
    try:
        parts = urlsplit(base_url)
        hidden = parts.username is not None or parts.password is not None
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fine, hidden = urlsplit(""), False, False
    if hidden:
        raise UsageError("base_url holds a name or a password; credentials have settings of their own")
    if fine and parts.scheme == "http" and str(parts.hostname).endswith(".punchh.com"):
        raise UsageError("base_url is http: credentials and guests' data would travel unencrypted; use https")
    if not fine or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(
            "base_url is scheme and host, such as https://SERVER_NAME.punchh.com, without a path: the path is"
            " the contract's, and is signed"
        )
