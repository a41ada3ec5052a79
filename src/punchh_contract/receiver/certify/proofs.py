"""The proofs of a certification: right ones, in each form that the vendor leaves open, and wrong ones."""

import base64
from dataclasses import dataclass, replace
from typing import Literal

from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.receiver.verification import Encoding, Signed

__all__ = ["Proof", "Prover", "Writing", "writings"]

Proof = Literal["right", "other secret", "nearly", "other case", "other uri", "absent", "word"]
"""`nearly` is wrong in one digit or letter; `word` is the scheme's name with nothing behind it."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a proof is written where the vendor does not say, or says it and a receiver may not listen."""

    signed: Signed = "path"
    encoding: Encoding = "hex"
    word: str | None = None
    """Before the proof; None is the scheme's own, in lowercase as the vendor prints it (WH-CONF)."""

    def told(self, scheme: Scheme) -> str:
        """For a person."""
        if not scheme.startswith("hmac"):
            return scheme if self.word is None else f"{scheme}, with the word `{self.word}`"
        word = "without a word" if self.word == "" else f"after the word `{self.word or 'hmac'}`"
        return f"{scheme} over the {self.signed}, {self.encoding}, {word}"


def writings(scheme: Scheme) -> list[Writing]:
    """Every way to write a proof; the first is the one to begin with, the last one is not the vendor's."""
    if scheme == "none":
        return [Writing()]
    if not scheme.startswith("hmac"):
        return [Writing(), Writing(word=scheme.title())]
    open_ones = [
        Writing(signed, encoding, word)
        for signed in ("path", "url")
        for encoding in ("hex", "base64")
        for word in (None, "")
    ]
    return [*open_ones, Writing(word="HMAC")]


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves requests to one address. Its repr shows no secret."""

    scheme: Scheme
    credentials: Credentials
    url: str
    """The full address, with path and query."""
    uri: str
    """Path and query as they go out."""
    writing: Writing = Writing()

    def headers(self, body: bytes, proof: Proof = "right") -> dict[str, str] | None:
        """The headers that go with a body; None if there is no such wrong proof for these credentials.

        Raises UsageError that names the variables that are missing.
        """
        if self.scheme == "none":
            return {}
        if proof == "absent":
            return {}
        if proof == "other uri":
            wrong = replace(self, url=_elsewhere(self.url), uri=_elsewhere(self.uri))
            return wrong.headers(body)
        credentials = self._wrong(proof)
        if credentials is None:
            return None
        target = self.url if self.writing.signed == "url" else self.uri
        headers = authorization_headers(self.scheme, credentials, target, body)
        word, value = headers["authorization"].split(" ", 1)
        if self.scheme.startswith("hmac"):
            if proof == "nearly":
                value = value[:-1] + ("1" if value[-1] == "0" else "0")
            if self.writing.encoding == "base64":
                value = base64.b64encode(bytes.fromhex(value)).decode()
        if self.writing.word is not None:
            word = self.writing.word
        if proof == "word":
            word, value = word or "hmac", ""
        return {**headers, "authorization": f"{word} {value}".strip()}

    def _wrong(self, proof: Proof) -> Credentials | None:
        """The credentials that a proof is made with; None if these have no such wrong neighbour."""
        held = self.credentials
        if proof == "other secret":
            return self._sharing("not-what-you-share")
        if self.scheme.startswith("hmac"):
            # One letter of a secret, whatever its case, is another digest altogether.
            return None if proof == "other case" else held
        value = (held.token if self.scheme == "bearer" else held.password) or ""
        if proof == "nearly":
            return self._sharing(value[:-1] + ("y" if value[-1] == "x" else "x"))
        if proof == "other case":
            return None if value.swapcase() == value else self._sharing(value.swapcase())
        return held

    def _sharing(self, secret: str) -> Credentials:
        if self.scheme == "basic":
            return replace(self.credentials, password=secret)
        if self.scheme == "bearer":
            return replace(self.credentials, token=secret)
        return replace(self.credentials, secrets=(secret,))


def _elsewhere(address: str) -> str:
    path, question, query = address.partition("?")
    return f"{path.rstrip('/')}/elsewhere{question}{query}"
