"""A run goes to this machine, or to a host that was named twice; nothing that only looks so gets through."""

import socket
from typing import Any

import pytest

from punchh_contract.errors import UsageError
from punchh_contract.hosts import counted, origin


@pytest.fixture(autouse=True)
def no_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", refuse)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8080", "http://localhost:8080"),
        ("HTTP://LocalHost:8080/", "http://localhost:8080"),
        ("http://localhost.:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        # The dot goes, and so what is asked is the address.
        ("http://127.0.0.1.", "http://127.0.0.1"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://127.255.255.254:443", "https://127.255.255.254"),
        ("https://127.0.0.1:80", "https://127.0.0.1:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
    ],
)
def test_loopback_needs_no_second_naming(url: str, expected: str) -> None:
    assert origin(url, ()) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://sandbox.example.com",
        "https://localhost.example.com",
        "https://127.0.0.1.example.com",
        "http://0.0.0.0",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://0177.0.0.1",
        "http://[::]",
        "http://[::ffff:7f00:2:1]",
        "http://128.0.0.1",
        "http://localhost2",
        "http://xlocalhost",
    ],
)
def test_any_other_host_is_refused_until_it_is_repeated(url: str) -> None:
    host = url.partition("://")[2]
    with pytest.raises(UsageError, match="--allow-host") as refusal:
        origin(url, ["elsewhere.example.com"])
    assert "https://" not in str(refusal.value)

    assert origin(url, [host]) == url


def test_an_ipv4_address_in_ipv6_is_not_loopback() -> None:
    with pytest.raises(UsageError, match="--allow-host"):
        origin("http://[::ffff:127.0.0.1]", ())


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://Sandbox.Example.com", "sandbox.example.COM"),
        ("https://sandbox.example.com.", "sandbox.example.com"),
        ("https://sandbox.example.com", "sandbox.example.com."),
    ],
)
def test_spelling_does_not_matter(url: str, allowed: str) -> None:
    assert origin(url, [allowed]) == "https://sandbox.example.com"


def test_an_ipv6_address_is_repeated_in_brackets() -> None:
    url = "http://[2001:db8::1]:8080"
    with pytest.raises(UsageError, match=r"--allow-host '\[2001:db8::1\]'"):
        origin(url, ())
    with pytest.raises(UsageError, match="in brackets"):
        origin(url, ["2001:db8::1"])

    assert origin(url, ["[2001:DB8:0::1]"]) == url


@pytest.mark.parametrize("allowed", ["example.com", "*.example.com", "a.sandbox.example.com"])
def test_only_the_whole_host_allows_it(allowed: str) -> None:
    with pytest.raises(UsageError):
        origin("https://sandbox.example.com", [allowed])


@pytest.mark.parametrize(
    "allowed",
    ["https://sandbox.example.com", "sandbox.example.com:443", "*", "a b", "", "sandbox.example.com/"],
)
def test_what_is_no_host_cannot_be_allowed_not_even_beside_loopback(allowed: str) -> None:
    with pytest.raises(UsageError, match="--allow-host takes one host"):
        origin("http://localhost", [allowed])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost:8080", "begins with http"),
        ("ftp://localhost", "begins with http"),
        ("file:///etc/hosts", "begins with http"),
        ("http:/localhost", "begins with http"),
        ("http://localhost/api", "paths"),
        ("http://localhost?x=1", "paths"),
        ("http://localhost/?", "paths"),
        ("http://localhost#x", "paths"),
        ("http://pat:planted-secret@localhost", "PUNCHH_"),
        ("http://planted-secret@localhost", "PUNCHH_"),
        ("http://localhost@evil.example.com", "PUNCHH_"),
        ("http://localhost:planted-secret", "port"),
        ("http://localhost:65536", "port"),
        ("http://localhost:", "port"),
        ("http://localhost:0", "port"),
        ("http://", "no host"),
        ("http://:80", "no host"),
        ("http://%6cocalhost", "no host"),
        ("http://a..example.com", "no host"),
        ("http://-x.example.com", "no host"),
        ("http://*.example.com", "no host"),
        ("http://[::1%25eth0]", "no host"),
        ("http://[::1", "cannot be read"),
        ("http://localhost\\@evil.example.com", "ASCII"),
        ("http://local\thost", "ASCII"),
        ("http://localhost\n", "ASCII"),
        (" http://localhost", "ASCII"),
        ("http://ⓛocalhost", "ASCII"),
    ],
)
def test_what_is_no_plain_origin_is_refused_with_the_reason(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refusal:
        origin(url, ())
    assert "planted-secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://127.0.0.1:8080", "http://localhost:8080", True),
        ("http://127.0.0.1:8080", "http://[::1]:8080", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081", False),
        ("https://a.example", "http://a.example:8443", True),
        ("https://a.example", "https://b.example", False),
    ],
)
def test_refusals_are_counted_for_a_server_however_it_is_spelt(one: str, other: str, same: bool) -> None:
    assert (counted(one) == counted(other)) == same
