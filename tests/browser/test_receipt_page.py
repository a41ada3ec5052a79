"""The page of a receipt in a real browser: whole, quiet, operable by keyboard, at home on every screen."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conformance import receipts

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "docs" / "images" / "receipt.png"
RENEW = "PUNCHH_CONTRACT_SCREENSHOT"
"""Set, the screenshot of the documentation is taken anew."""
BOTH = pytest.mark.parametrize("name", ["red", "green"])

Show = Callable[..., Any]
Documents = dict[str, dict[str, Any]]

CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((each) => {
      const part = each / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const below = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(below(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
"""Every text whose contrast is below what WCAG 2 wants (AA)."""


@BOTH
def test_it_asks_the_network_for_nothing_and_the_console_is_silent(show: Show, name: str) -> None:
    shown = show(name)
    shown.page.wait_for_load_state("networkidle")

    assert shown.requests == [shown.page.url]
    assert shown.page.url.startswith("file:")
    assert shown.messages == []


@BOTH
def test_what_was_tested_is_told(show: Show, documents: Documents, name: str) -> None:
    shown, document = show(name), documents[name]
    text = shown.page.locator("main").text_content()

    assert shown.texts("h1 .badge") == [name]
    for operation, counts in document["operations"].items():
        assert [operation, str(counts["calls"])] == shown.page.locator(
            "[aria-label='Calls by operation'] tr", has_text=operation
        ).locator("th, td").all_text_contents()[:2]
    for operation, kinds in document["coverage"]["inside"].items():
        cells = (
            shown.page.locator("[aria-label='Coverage by operation'] tr", has_text=operation)
            .locator("td")
            .all_text_contents()
        )
        assert cells == [
            f"{each['covered']} of {each['of']}" if each["of"] else "none" for each in kinds.values()
        ]
    for row in document["laws"]:
        assert row["law"] in text
        assert row["statement"] in text
        assert (row["why"] or "") in text
    for row in [*document["not_run"], *document["not_reached"]]:
        assert row["why"] in text
    assert document["command"] in text
    assert document["digest"] in text
    assert document["contract"]["digest"] in text


def test_every_finding_is_there_with_what_reproduces_it(show: Show, documents: Documents) -> None:
    shown = show("red")
    told = documents["red"]["findings"]

    assert len(told) == 4
    assert shown.page.locator(".finding").count() == len(told)
    for finding in told:
        article = shown.page.locator(f"#f-{finding['id']}")
        text = article.text_content()
        for part in ("severity", "operation", "check", "clause"):
            assert finding[part] in text
        assert " ".join(finding["statement"].replace("\x1b", "").split()[:6]) in " ".join(text.split())
        # A page can hold no NUL; a browser shows U+FFFD in its place.
        curl = article.locator(f"#curl-{finding['id']}").text_content()
        assert curl == finding["curl"].replace("\x00", "\ufffd")
        assert f"--replay replay/{finding['id']}.json" in text
    steps = shown.page.locator(".story li").all_text_contents()
    assert len(steps) == len(told[0]["story"]["scenes"])
    assert "at the same time app asks for a quote" in steps[3]
    assert shown.page.locator(".finding.known").count() == 1
    assert "agreed, ticket 4711" in shown.page.locator(".finding.known").text_content()


def test_a_green_receipt_says_that_nothing_was_found(show: Show) -> None:
    shown = show("green")

    assert shown.page.locator(".finding").count() == 0
    assert shown.texts("#findings .none") == ["Nothing was found."]


@BOTH
def test_nothing_secret_is_on_it(show: Show, name: str) -> None:
    content = show(name).page.content()

    assert [each for each in receipts.SECRETS if each in content] == []


@BOTH
def test_the_page_never_scrolls_sideways(show: Show, name: str) -> None:
    shown = show(name)
    for width, opened in itertools.product((320, 360, 768, 1280, 1600), (False, True)):
        shown.page.set_viewport_size({"width": width, "height": 900})
        shown.ask(
            f"document.querySelectorAll('details').forEach((each) => each.open = {str(opened).lower()})"
        )
        wide = shown.ask("[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
        assert max(wide[:2]) <= width == wide[2]
        hidden = shown.ask(
            """[...document.querySelectorAll("p, dd, li, h1, h2, h3, summary")].filter((each) =>
              each.checkVisibility() && !each.closest(".spoken, .scroll, pre")
              && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.textContent)"""
        )
        assert hidden == []


@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_by_light_and_in_the_dark(show: Show, name: str, scheme: str) -> None:
    shown = show(name, color_scheme=scheme)
    shown.ask("document.querySelectorAll('details').forEach((each) => each.open = true)")
    paper = shown.ask("getComputedStyle(document.body).backgroundColor")

    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert shown.ask(CONTRAST) == []


@BOTH
def test_the_keyboard_reaches_everything_in_the_order_of_reading(show: Show, name: str) -> None:
    shown = show(name)
    wanted = shown.ask(
        """[...document.querySelectorAll("a[href], button, summary, [tabindex='0'], input:checked")]
          .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.matches("main"))
          .map((each) => each.outerHTML.slice(0, 90))"""
    )
    reached = []
    for _ in wanted:
        shown.page.keyboard.press("Tab")
        seen = shown.ask(
            """(() => { const at = document.activeElement, style = getComputedStyle(at);
              return [at.outerHTML.slice(0, 90), style.outlineStyle, parseFloat(style.outlineWidth)]; })()"""
        )
        reached.append(seen[0])
        assert seen[1:] == ["solid", 3], seen

    assert reached == wanted
    assert 'class="skip"' in reached[0]
    kinds = " ".join(reached)
    assert all(each in kinds for each in ('class="scroll"', "<summary", "<pre", "data-opens", "data-copies"))


@BOTH
def test_the_skip_link_shows_and_leads_to_the_content(show: Show, name: str) -> None:
    shown = show(name)
    skip = shown.page.locator(".skip")
    assert skip.bounding_box()["y"] < 0

    shown.page.keyboard.press("Tab")
    assert skip.bounding_box()["y"] >= 0
    shown.page.keyboard.press("Enter")

    assert shown.ask("document.activeElement.id") == "main"


def test_details_open_and_tables_scroll_by_keyboard(show: Show) -> None:
    shown = show("red", 360)
    details = shown.page.locator("details.curl").first
    details.locator("summary").focus()
    shown.page.keyboard.press("Enter")
    assert details.evaluate("(each) => each.open")
    shown.page.keyboard.press("Space")
    assert not details.evaluate("(each) => each.open")

    table = shown.page.locator("[aria-label='Calls by operation']")
    assert table.get_attribute("role") == "region"
    table.focus()
    for _ in range(3):
        shown.page.keyboard.press("ArrowRight")
    shown.until("document.querySelector(\"[aria-label='Calls by operation']\").scrollLeft > 0")


def test_findings_can_be_narrowed_to_one_severity(show: Show) -> None:
    shown = show("red")
    shown.page.locator("#only-all").focus()
    shown.page.keyboard.press("ArrowRight")

    assert shown.ask("document.activeElement.id") == "only-SPEND"
    assert shown.page.locator(".finding:visible").count() == 1
    shown.page.keyboard.press("ArrowLeft")
    assert shown.page.locator(".finding:visible").count() == 4


def test_a_button_opens_all_and_another_copies(show: Show) -> None:
    shown = show("red", permissions=["clipboard-read", "clipboard-write"])
    shown.page.get_by_role("button", name="Open all").click()
    assert shown.page.locator("details:not([open])").count() == 0
    shown.page.get_by_role("button", name="Copy: the command of this run").click()
    shown.until("document.getElementById('spoken').textContent === 'Copied.'")

    assert shown.ask("navigator.clipboard.readText()") == shown.page.locator("#command").text_content()
    shown.page.get_by_role("button", name="Close all").click()
    assert shown.page.locator("details[open]").count() == 0


def test_without_a_script_it_is_all_there_and_no_button_is_dead(show: Show, documents: Documents) -> None:
    shown = show("red", java_script_enabled=False)

    assert shown.page.locator("button:visible").count() == 0
    assert shown.page.locator(".finding:visible").count() == len(documents["red"]["findings"])


@BOTH
def test_its_policy_stops_what_it_does_not_hold_itself(show: Show, name: str) -> None:
    shown = show(name)
    refused = shown.ask(
        """() => new Promise((done) => {
          const seen = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            if (seen.push(event.effectiveDirective) === 3) done(seen);
          });
          const script = document.createElement("script"), style = document.createElement("style");
          script.textContent = "window.planted = 1";
          style.textContent = "body { color: red }";
          document.body.append(script, style);
          new Image().src = "http://127.0.0.1:9/x.png";
        })"""
    )

    assert set(refused) == {"script-src-elem", "style-src-elem", "img-src"}
    assert shown.ask("window.planted === undefined")


@BOTH
def test_landmarks_headings_and_names_are_in_order(show: Show, name: str) -> None:
    shown = show(name)
    levels = shown.ask("[...document.querySelectorAll('h1, h2, h3')].map((each) => Number(each.tagName[1]))")

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert shown.page.locator("main, header, nav[aria-label]").count() == 3
    assert shown.ask("document.documentElement.lang") == "en"
    ids = shown.ask("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
    links = shown.ask("[...document.querySelectorAll('a')].map((each) => each.getAttribute('href').slice(1))")
    assert set(links) <= set(ids)
    unnamed = shown.ask(
        """[...document.querySelectorAll("[role=region], progress, button")].filter((each) =>
          !(each.getAttribute("aria-label") || each.textContent.trim())).length"""
    )
    assert unnamed == 0


def test_print_has_no_menu_and_shows_what_was_folded(show: Show) -> None:
    shown = show("red")
    shown.page.emulate_media(media="print")

    assert not shown.page.locator("nav").is_visible()
    heights = shown.ask(
        "[...document.querySelectorAll('.finding pre')].map((each) => each.getBoundingClientRect().height)"
    )
    assert min(heights) > 10


def test_the_screenshot_of_the_documentation_is_of_this_page(show: Show) -> None:
    shown = show("red", 1180, 1180)
    taken = shown.page.screenshot()
    if os.environ.get(RENEW):
        IMAGE.parent.mkdir(exist_ok=True)
        IMAGE.write_bytes(taken)

    # Fonts differ from machine to machine: it is there, of the same size, and small.
    kept = IMAGE.read_bytes()
    assert kept[16:24] == taken[16:24]
    assert len(kept) < 300_000
