"""docs/sandbox-values.md is what the seed and the contract make of it, and says what it has to."""

import re
from pathlib import Path

import pytest
import sandbox_values
import yaml

from punchh_contract import contract
from punchh_contract.sandbox import seed


@pytest.fixture(scope="module")
def page() -> str:
    return sandbox_values.page(yaml.safe_load(sandbox_values.SEED.read_text()), contract.load())


def test_the_page_is_fresh() -> None:
    assert sandbox_values.main(["--check"]) == 0, f"run `{sandbox_values.COMMAND}`"


def test_a_stale_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox_values, "ROOT", tmp_path)
    monkeypatch.setattr(sandbox_values, "PAGE", tmp_path / "page.md")
    assert sandbox_values.main(["--check"]) == 1
    assert "make sandbox-values" in capsys.readouterr().err
    assert sandbox_values.main([]) == 0
    assert sandbox_values.main(["--check"]) == 0


def test_every_magic_value_stands_on_it(page: str) -> None:
    magic = seed.load().magic.values
    assert magic
    for each in magic:
        assert re.search(rf'`{re.escape(each.field)}`: `"?{re.escape(str(each.value))}"?`', page)


def test_every_guest_and_asset_stands_on_it(page: str) -> None:
    world = seed.load()
    for guest in (world.guests[0], world.guests[1], world.guests[-1]):
        assert f"`{guest.profile.user_id}`" in page
        for reward in (guest.rewards[0], guest.rewards[-1]):
            assert f"`{reward.reward_id}`" in page


def test_no_secret_stands_on_it(page: str) -> None:
    assert "not-a-real-one" not in page
