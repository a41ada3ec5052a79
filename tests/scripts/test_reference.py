"""docs/reference/ is what docstrings, commands and contract make of it, and leaves nothing public out."""

import re
from pathlib import Path

import pytest
import reference

from punchh_contract import client, contract
from punchh_contract.cli import COMMANDS
from punchh_contract.client import errors


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference.pages(contract.load())


def test_the_pages_are_fresh() -> None:
    assert reference.main(["--check"]) == 0, f"run `{reference.COMMAND}`"


def test_a_stale_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    assert reference.main(["--check"]) == 1
    assert capsys.readouterr().err.count(reference.COMMAND) == 3
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    (tmp_path / "reference" / "cli.md").write_text("old")
    assert reference.main(["--check"]) == 1
    assert "cli.md" in capsys.readouterr().err


def test_every_command_and_option_stands_on_it(pages: dict[str, str]) -> None:
    assert re.findall(r"^## (.*)$", pages["cli.md"], re.MULTILINE) == list(COMMANDS)
    for option in ("`--dry-run`", "`--allow-host HOST`", "`--data @FILE`"):
        assert option in pages["cli.md"]


def test_every_refusal_and_every_class_stands_on_it(pages: dict[str, str]) -> None:
    page = pages["errors.md"]
    assert {each for each in errors.__all__ if f"| `{each}` |" not in page} == set()
    for operation in contract.load().operations.values():
        part = page.partition(f"### {operation.id}\n")[2].partition("\n### ")[0]
        missing = {key for key in operation.errors if f"| {key[0]} | `{key[1]}` |" not in part}
        assert missing == set()


@pytest.mark.parametrize(
    "entry",
    [
        "### PunchhClient",
        "#### PunchhClient.force_redeem",
        "#### PunchhClient.quote",
        "### AsyncPunchhClient",
        "#### AsyncPunchhClient.create_online_redemption",
        "### Options",
        "### OnlineResult",
        "#### Quote.commit",
        "#### MenuBuilder.modifier",
        "### Journal",
        "### Budget",
        "### ChaosTransport",
        "- `external_uid: str`",
    ],
)
def test_the_clients_public_face_stands_on_it(pages: dict[str, str], entry: str) -> None:
    assert re.search(rf"^{re.escape(entry)}", pages["client.md"], re.MULTILINE)


def test_every_name_that_the_client_exports_stands_on_a_page(pages: dict[str, str]) -> None:
    shown = pages["client.md"] + pages["errors.md"]
    assert {
        each for each in client.__all__ if f"### {each}\n" not in shown and f"| `{each}` |" not in shown
    } == set()


def test_links_lead_to_files(pages: dict[str, str]) -> None:
    links = {each for page in pages.values() for each in re.findall(r"\]\(([^)#:]+)\)", page)}
    assert links
    assert {each for each in links if not (reference.FOLDER / each).resolve().exists()} == set()


def test_nothing_private_stands_on_it(pages: dict[str, str]) -> None:
    assert re.findall(r"^#+ (?:\w+\.)?_.*|^- `_.*", pages["client.md"], re.MULTILINE) == []
