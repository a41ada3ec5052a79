"""The User-Agent in the shape of each family."""

import pytest

from punchh_contract import contract
from punchh_contract.client import UserAgent
from punchh_contract.errors import UsageError

FULL = UserAgent(
    "Vendor1",
    "1.6.2.0",
    "OnlineOrder",
    business="Winghouse",
    source="Web/604.1/macOS/Example/Laptop",
    app="ExampleCafe",
    build="10",
    device="iPhone8,1;iOS;17.0;2.00",
)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("/api/pos", "Vendor1/OnlineOrder/1.6.2.0"),
        ("/api2/dashboard", "Vendor1/OnlineOrder/1.6.2.0"),
        ("/api/auth", "Winghouse/Vendor1/OnlineOrder/1.6.2.0/Web/604.1/macOS/Example/Laptop"),
        ("/api2/mobile", "ExampleCafe/1.6.2.0/10(iPhone8,1;iOS;17.0;2.00)"),
    ],
)
def test_each_family_has_its_shape(family: str, text: str) -> None:
    assert FULL.of(family) == text


def test_every_family_of_the_contract_is_known() -> None:
    families = {each.family for each in contract.load().operations.values()}
    assert families == {"/api/pos", "/api2/dashboard", "/api/auth", "/api2/mobile"}
    assert all(FULL.of(family) for family in families)


def test_the_app_is_the_name_unless_it_is_said() -> None:
    assert (
        UserAgent("ExampleCafe", "1.2", device="Android;x")
        .of("/api2/mobile")
        .startswith("ExampleCafe/1.2/1(")
    )


@pytest.mark.parametrize(
    ("family", "parts"), [("/api/auth", "business and source"), ("/api2/mobile", "device")]
)
def test_what_a_family_lacks_is_named(family: str, parts: str) -> None:
    with pytest.raises(UsageError, match=parts):
        UserAgent("Vendor1", "1.0").of(family)


@pytest.mark.parametrize("bad", ["", " ", " Vendor1", "Vendor1\n", "Vend\u00f6r", "a\x00b"])
def test_a_part_that_no_header_can_carry_is_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="name must be printable"):
        UserAgent(bad, "1.0")
    with pytest.raises(UsageError, match="device must be printable"):
        UserAgent("Vendor1", "1.0", device=bad)
