"""A real browser at a real studio. Its pages note all that must not happen in them: errors, dialogs, strangers."""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.studio_server import Client

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRAFTS = ("make", "takes", "words", "reply", "sound", "train")
LIMIT_MS = 15_000
expect.set_options(timeout=LIMIT_MS)
REPORT = "refused by the policy of the page: "

# Runs before every page: tells of what the policy refused, keeps each AudioContext, listens to what it plays.
_BEFORE = """
document.addEventListener("securitypolicyviolation", event =>
  console.error("REPORT" + event.violatedDirective + " " + event.blockedURI + " " + event.sample));
window.audioContexts = [];
window.meters = [];
window.AudioContext = class extends window.AudioContext {
  constructor(...all) {
    super(...all);
    window.audioContexts.push(this);
  }
};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...all) {
  if (to instanceof AudioDestinationNode) {
    const meter = new AnalyserNode(this.context, { fftSize: 4096 });
    window.meters.push(meter);
    connect.call(this, meter);
  }
  return connect.call(this, to, ...all);
};
window.loudest = () => Math.max(0, ...window.meters.map(meter => {
  const samples = new Float32Array(meter.fftSize);
  meter.getFloatTimeDomainData(samples);
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}));
""".replace("REPORT", REPORT)


def chromium() -> str:
    """The browser of this machine. Skips the test where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium")
    return found


@contextmanager
def browsing() -> Iterator[Browser]:
    path = chromium()
    is_root = sys.platform == "linux" and os.geteuid() == 0  # for whom Chromium has no sandbox
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"] if is_root else [])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Seen:
    """What happened in the pages of a context."""

    host: str
    allowed: tuple[str, ...] = ()  # patterns of console errors that the test itself provokes
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._told)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("dialog", self._asked)
        context.on("request", lambda request: self.requests.append(request.url))

    def _told(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console.append(f"{message.text} ({message.location.get('url', '')})")

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def check(self) -> None:
        """Nothing happened that must not."""
        reports = [text for text in self.console if text.startswith(REPORT)]
        told = [text for text in self.console if not any(re.search(each, text) for each in self.allowed)]
        strangers = [url for url in self.requests if not url.startswith((self.host, "blob:", "data:"))]
        assert (self.dialogs, reports, self.errors, told, strangers) == ([], [], [], [], [])


@contextmanager
def tab(
    browser: Browser,
    client: Client,
    *,
    at: str = "",
    options: Mapping[str, Any] | None = None,
    allowed: Sequence[str] = (),
    **of_context: Any,
) -> Iterator[Page]:
    """A page of the studio with empty fields, in a browser that was never here. At its end nothing bad has happened.

    at: "#words". options: what the fields say exactly of a song. allowed: patterns of console errors that the test
    provokes. of_context: as Playwright names them.
    """
    for name in DRAFTS:
        client.call("PUT", f"/drafts/{name}", {"options": options} if options and name == "make" else {})
    usual = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "color_scheme": "light"}
    context = browser.new_context(**(usual | of_context))
    seen = Seen(f"{client.url}/", tuple(allowed))
    try:
        context.set_default_timeout(LIMIT_MS)
        context.add_init_script(_BEFORE)
        seen.watch(context)
        page = context.new_page()
        page.goto(f"{client.url}/?token={client.token}{at}")
        yield page
        page.evaluate("0")  # what happened until now is told
        seen.check()
    finally:
        context.close()


def wait_until(page: Page, is_so: Callable[[], Any], what: str = "", limit_s: float = 15.0) -> Any:
    """What `is_so` gives as soon as it is something; the page goes on meanwhile."""
    end = time.monotonic() + limit_s
    while True:
        found = is_so()
        if found:
            return found
        assert time.monotonic() < end, f"not so after {limit_s:g} s: {what or is_so}"
        page.wait_for_timeout(20)


# What the page knows


def stored(page: Page, name: str) -> Any:
    """A value of the page's store: "song", "version", "shown", "takes", "busy"."""
    return page.evaluate("async name => (await import('/web/store.js')).get(name) ?? null", name)


def song_of(page: Page) -> str:
    """The id of the song on the stage, from the address."""
    view, _, song = page.evaluate("location.hash.slice(1)").partition("/")
    assert view == "song" and song, view
    return str(song)


def position(page: Page) -> float:
    """Seconds, as the transport shows them."""
    return float(page.get_attribute(".transport", "data-position") or 0)


def loudest(page: Page) -> float:
    """The largest sample, 0 to 1, of about the last tenth of a second."""
    return float(page.evaluate("window.loudest()"))


def vivid(page: Page, canvas: str = ".roll-ground") -> int:
    """How many pixels of a canvas have a strong colour: those of notes."""
    return int(
        page.evaluate(
            """selector => {
              const canvas = document.querySelector(selector);
              if (!canvas?.width) return 0;
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              let n = 0;
              for (let i = 0; i < data.length; i += 4) {
                const colour = [data[i], data[i + 1], data[i + 2]];
                if (Math.max(...colour) - Math.min(...colour) > 70) n++;
              }
              return n;
            }""",
            canvas,
        )
    )


# What users do


def wish(page: Page) -> Locator:
    return page.locator("#make-request")


def make(page: Page, text: str) -> None:
    """Types a wish and asks for the song; `made` waits for it."""
    wish(page).fill(text)
    page.keyboard.press("Control+Enter")


def made(page: Page, text: str = "", limit_s: float = 30.0) -> str:
    """The id of the song on the stage, when nothing is being made any more."""
    if text:
        make(page, text)
    page.wait_for_selector(".transport-play:not([disabled])", timeout=limit_s * 1000)
    wait_until(page, lambda: stored(page, "busy") is None, "nothing is being made", limit_s)
    return song_of(page)


def play(page: Page) -> None:
    """Plays, by Space, until it is heard."""
    page.keyboard.press("Space")
    playing(page)


def playing(page: Page) -> None:
    page.wait_for_selector(".transport[data-state=playing]")
    here = position(page)
    wait_until(page, lambda: position(page) > here, "the position goes on")


def dropped(page: Page, target: str, files: Mapping[str, bytes]) -> None:
    """Drops files, by their names, on the first element that a selector finds."""
    told = [[name, list(data)] for name, data in files.items()]
    page.eval_on_selector(
        target,
        """(element, files) => {
          const dataTransfer = new DataTransfer();
          for (const [name, bytes] of files)
            dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/midi" }));
          for (const kind of ["dragenter", "dragover", "drop"])
            element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        told,
    )


def pressed(page: Page, key: str, is_there: Callable[[], bool], most: int = 200) -> int:
    """Presses a key until the focus is where it should be; how often that was."""
    for n in range(most):
        if is_there():
            return n
        page.keyboard.press(key)
    raise AssertionError(f"{key} {most} times, and the focus is at {focused(page)}")


def focused(page: Page) -> str:
    """What has the focus, as a selector that a person can read."""
    return str(
        page.evaluate(
            """() => {
              const at = document.activeElement;
              const name = at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40);
              return `${at.tagName.toLowerCase()}${at.id ? "#" + at.id : ""}.${[...at.classList].join(".")} ${name}`;
            }"""
        )
    )
