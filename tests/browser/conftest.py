"""A real browser over the page of a receipt: the machine's own Chromium, driven by playwright."""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance import receipts

from punchh_contract.conformance.verdict import page

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
ABSENT = "no Chromium on this machine: apt-get install chromium, as .ci/run does where it may"
Open = Callable[..., "Shown"]


@dataclasses.dataclass
class Shown:
    """A page that is open, with what it asked the network for and what its console said."""

    page: Any
    requests: list[str]
    messages: list[str]

    def texts(self, selector: str) -> list[str]:
        """The visible and hidden text of every element of a selector."""
        found: list[str] = self.page.locator(selector).all_text_contents()
        return found

    def until(self, condition: str) -> None:
        """Wait for an expression to become true; playwright's own way would need what the page forbids."""
        script = "() => new Promise((done) => { const look = () => (CONDITION) ? done() : "
        self.page.evaluate(script.replace("CONDITION", condition) + "requestAnimationFrame(look); look(); })")

    def ask(self, script: str) -> Any:
        """What a script gives."""
        return self.page.evaluate(script)


# Of a module and no longer: as long as it lives, no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(ABSENT)
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed here")
    # Chromium's own walls need rights that root in a container lacks.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_api.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"] if root else []
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a red and of a green receipt, as files."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name in ("red", "green"):
        made[name] = folder / f"{name}.html"
        made[name].write_text(page.document(receipts.receipt(red=name == "red")), encoding="utf-8")
    return made


@pytest.fixture
def show(browser: Any, pages: dict[str, Path]) -> Iterator[Open]:
    """Open the red or the green page in a window of some width; it is closed at the end of the test."""
    contexts = []

    def show(name: str, width: int = 1280, height: int = 900, **more: Any) -> Shown:
        context = browser.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        opened = context.new_page()
        shown = Shown(opened, [], [])
        opened.on("request", lambda request: shown.requests.append(request.url))
        opened.on("console", lambda message: shown.messages.append(message.text))
        opened.on("pageerror", lambda error: shown.messages.append(str(error)))
        opened.goto(pages[name].as_uri())
        return shown

    yield show
    for each in contexts:
        each.close()


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[str, Any]]:
    return {name: receipts.receipt(red=name == "red") for name in ("red", "green")}
