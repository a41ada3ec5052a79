"""What a subscriber and the vendor share, by which one knows the other; and the ways to prove it.

The schemes are documented (WH-CONF): none, basic, bearer, HMAC-SHA1 and HMAC-SHA256. Secrets are arguments;
nothing is read here.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from punchh_contract.errors import UsageError

__all__ = ["SCHEMES", "SECRET_VARIABLE", "Credentials", "Scheme"]

Scheme = Literal["none", "basic", "bearer", "hmac-sha1", "hmac-sha256"]

SCHEMES: tuple[Scheme, ...] = ("none", "basic", "bearer", "hmac-sha1", "hmac-sha256")
"""From the weakest to the strongest."""

SECRET_VARIABLE = "PUNCHH_WEBHOOK_SECRET"  # noqa: S105  # a variable's name, not a secret

_VARIABLES = {
    "user": "PUNCHH_WEBHOOK_USER",
    "password": "PUNCHH_WEBHOOK_PASSWORD",
    "token": "PUNCHH_WEBHOOK_TOKEN",
    "key": "PUNCHH_WEBHOOK_KEY",
}

_NEEDS: Mapping[Scheme, tuple[str, ...]] = {
    "none": (),
    "basic": ("user", "password"),
    "bearer": ("token",),
    "hmac-sha1": ("secrets",),
    "hmac-sha256": ("secrets",),
}


@dataclasses.dataclass(frozen=True, repr=False)
class Credentials:
    """What is shared; None (or empty) is "not given". Its repr says what is set and shows none of it.

    Raises UsageError for a value that no header can carry, without repeating it.
    """

    user: str | None = None
    password: str | None = None
    token: str | None = None
    key: str | None = None
    """The client id in `x-pch-key`, beside an HMAC. A receiver without it takes any: the secret decides."""
    secrets: tuple[str, ...] = ()
    """Keys of the HMAC. A receiver takes each of them, a sender signs with the first: to rotate, let the
    receiver have both, then change the sender, then take the old one away."""

    def __post_init__(self) -> None:
        for name in ("token", "key"):
            value = getattr(self, name) or ""
            if not (value.isascii() and value.isprintable()) or " " in value:
                raise UsageError(
                    f"{_VARIABLES[name]} holds white space, or characters that are not printable ASCII (a"
                    " line break from a file?): set it to the bare value"
                )
        for name in ("user", "password"):
            value = getattr(self, name) or ""
            if not (_is_text(value) and value.isprintable()):
                raise UsageError(
                    f"{_VARIABLES[name]} is not UTF-8 text, or holds control characters: set it to the"
                    " bare value"
                )
        if ":" in (self.user or ""):
            raise UsageError(
                f"{_VARIABLES['user']} holds a colon, which ends the name in basic authentication"
            )
        if not all(secret and _is_text(secret) for secret in self.secrets):
            raise UsageError(
                f"a secret ({SECRET_VARIABLE}) is empty, or not UTF-8 text: set it as you were given it"
            )

    def __repr__(self) -> str:
        states = (f"{name}={'***' if getattr(self, name) else None}" for name in _VARIABLES)
        return f"Credentials({', '.join(states)}, secrets={len(self.secrets)})"

    @classmethod
    def from_mapping(
        cls, mapping: Mapping[str, str], secret_variables: Sequence[str] = (SECRET_VARIABLE,)
    ) -> "Credentials":
        """Take the `PUNCHH_WEBHOOK_*` names of `mapping`, such as `os.environ`; empty values are not given.

        `secret_variables` are the names that hold secrets of the HMAC, the current one first.
        """
        return cls(
            **{field: mapping.get(variable) or None for field, variable in _VARIABLES.items()},
            secrets=tuple(filter(None, (mapping.get(each) for each in secret_variables))),
        )

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The schemes that these credentials can check; `none` checks nothing and is not among them."""
        return tuple(each for each in SCHEMES if each != "none" and not self.missing(each))

    @property
    def strongest(self) -> Scheme:
        """The strongest scheme that can be checked, `none` without any."""
        return self.schemes[-1] if self.schemes else "none"

    def missing(self, scheme: Scheme) -> tuple[str, ...]:
        """Name the variables that `scheme` lacks to be checked."""
        return tuple(
            _VARIABLES.get(field, SECRET_VARIABLE) for field in _NEEDS[scheme] if not getattr(self, field)
        )


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
