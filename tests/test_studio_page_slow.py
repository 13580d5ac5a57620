"""The page of the studio through and through: every state of it in every shape, its times, and two hundred attacks."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.studio_browser import browsing, tab
from tests.studio_scenes import SCENES, Planted, planted
from tests.studio_server import Client, running

pytestmark = pytest.mark.slow
WIDTHS = (320, 360, 768, 1280, 1920, 2560)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    with running(home) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def there(client: Client) -> Planted:
    return planted(client)


# How it looks

# Texts that run out of the window, of their button, or of a box that hides what is beyond it without an ellipsis.
CLIPPED = """() => {
  const hidden = new Set(["hidden", "clip"]), found = [];
  const told = (text, why) => found.push(`${why}: ${text.trim().slice(0, 50)}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (parent.closest(".visually-hidden, .roll-sections, option, .skip, [inert]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    let box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    for (let up = parent; up; up = up.parentElement) {
      const style = getComputedStyle(up), edge = up.getBoundingClientRect();
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") { box = null; break; }
      if (up.matches("button, .button, .chip") && (box.left < edge.left - 1 || box.right > edge.right + 1))
        told(node.data, "out of its button");
      if (["auto", "scroll"].includes(style.overflowX) || style.position === "fixed") { box = null; break; }
      if (hidden.has(style.overflowX) && (box.left < edge.left - 1 || box.right > edge.right + 1)) told(node.data, "cut off");
      if (hidden.has(style.overflowY) && (box.top < edge.top - 2 || box.bottom > edge.bottom + 2)) told(node.data, "cut below");
    }
    if (box && (box.left < -1 || box.right > innerWidth + 1)) told(node.data, "beyond the window");
  }
  return [...new Set(found)];
}"""
SCROLLED = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_and_the_page_never_scrolls_sideways_from_320_to_2560_pixels(
    browser: Browser, client: Client, there: Planted, language: str
) -> None:
    faults = []
    for name, go in SCENES.items():
        with tab(browser, client, locale=language) as page:
            go(page, there)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(120)
                where = f"{name}, {width} px"
                faults += [f"{where}: {fault}" for fault in page.evaluate(CLIPPED)]
                by = page.evaluate(SCROLLED)
                faults += [f"{where}: scrolls by {by} px"] if by > 0 else []
    assert not faults, "\n".join(faults)


# For everybody


def axe(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, and the elements where."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    rules = {"target-size": {"enabled": True}}
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { rules, resultTypes: ['violations'] })", rules
    )
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state_of_the_page(
    browser: Browser, client: Client, there: Planted, language: str, scheme: str
) -> None:
    faults = []
    for name, go in SCENES.items():
        with tab(browser, client, locale=language, color_scheme=scheme, reduced_motion="reduce") as page:
            go(page, there)
            faults += [f"{name}: {fault}" for fault in axe(page)]
    assert not faults, "\n".join(faults)
