"""Every state of the page that users see, each reached as they reach it: for looks, contrast and names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from aoede.formats import midi_events as smf
from tests.studio_browser import made, play, stored, wait_until
from tests.studio_server import ROOT, Client

HOPE_ZH = "我想要一首表达希望和奇迹的歌"
LONG = (
    "a song about everything that we promised one another on the last evening of a summer that would not end, "
    "with wonder"
)
FIXTURES = ROOT / "tests" / "fixtures"
NGRAM = {"family": "ngram", "encoding": "melody"}


@dataclass(frozen=True)
class Planted:
    """What lies in the studio: ids."""

    song: str
    chinese: str
    foreign: str
    run: str
    dataset: str


def planted(client: Client) -> Planted:
    """Songs with long names, one of somebody else, one in the trash, files to learn from, and what learnt them."""
    song, chinese = (
        client.made("/songs", {"request": request, "seed": 7, "options": {"bars": 24}})["song"]["id"]
        for request in (LONG, HOPE_ZH)
    )
    gone = client.made("/songs", {"request": "a march", "seed": 3, "options": {"bars": 4}})["song"]["id"]
    client.call("DELETE", f"/songs/{gone}")
    locks = {"tracks": ["bass"], "sections": [], "lines": [1]}
    client.call("PATCH", f"/songs/{song}", {"starred": True, "locks": locks})
    files = sorted((FIXTURES / "songs").glob("*.mid"))
    foreign = client.post("/opened", files[0].read_bytes(), name=files[0].name, wait=1)["song"]["id"]
    dataset = client.post("/datasets", {"name": "Songs of the cowboys, collected on long evenings"})["id"]
    for path in files[:10]:
        client.post(f"/datasets/{dataset}/files", path.read_bytes(), name=path.name)
    client.post(f"/datasets/{dataset}/files", b"no music at all", name="broken.mid")
    job = client.post("/runs", {"dataset": dataset, **NGRAM, "name": "Cowboys by counting", "seed": 1})
    client.until(job["id"], lambda found: found["state"] == "done", 60)
    return Planted(song, chinese, foreign, job["asked"]["run"], dataset)


# Ways through the page, by what stands in it in any language


def on(page: Page, view: str, wanted: str) -> Locator:
    """A view of the page, when something of it is there."""
    page.evaluate("view => { location.hash = view; }", view)
    place = page.locator(wanted).first
    place.wait_for()
    return place


def opened(page: Page, place: str) -> None:
    """All drawers of a place are open."""
    page.wait_for_selector(place, state="attached")
    page.eval_on_selector(
        place, "place => place.querySelectorAll('details').forEach(each => { each.open = true; })"
    )


def song(page: Page, there: Planted) -> None:
    on(page, f"#song/{there.song}", ".stage")
    made(page)


def more(page: Page, there: Planted) -> None:
    song(page, there)
    page.locator(".make-actions [aria-expanded]").click()


def wrong(page: Page, there: Planted) -> None:
    more(page, there)
    page.locator("#make-tempo").fill("9999")
    page.locator("#make-request").fill(LONG)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".make [aria-invalid=true]")


def drawers(page: Page, there: Planted) -> None:
    song(page, there)
    opened(page, ".stage")
    page.locator(".track-name").first.click()
    page.locator(".roll-section").first.click()


def takes(page: Page, there: Planted) -> None:
    song(page, there)
    page.locator(".edit-tools .button").click()
    page.locator(".take-hear").nth(3).wait_for(timeout=60_000)
    wait_until(page, lambda: stored(page, "busy") is None)


def words_of_song(page: Page, there: Planted) -> None:
    song(page, there)
    page.locator(".lyrics-head .button").click()
    page.wait_for_selector("#stage-words")


def score(page: Page, there: Planted) -> None:
    song(page, there)
    page.locator("#stage-tabs-score-tab").click()
    page.locator(".score-sheet:visible, .score .note").first.wait_for(timeout=60_000)


def playing(page: Page, there: Planted) -> None:
    on(page, f"#song/{there.chinese}", ".stage")
    made(page)
    page.locator(".song-head").focus()
    play(page)
    page.keyboard.press("Space")


def foreign(page: Page, there: Planted) -> None:
    on(page, f"#song/{there.foreign}", ".foreign")
    made(page)


def library(page: Page, there: Planted) -> None:
    song(page, there)
    toggle = page.locator(".song-bar button")
    if toggle.is_visible():
        toggle.click()
    page.locator(".library .segmented button").nth(2).click()
    page.locator(".song-item").first.wait_for()


def keys(page: Page, there: Planted) -> None:
    song(page, there)
    page.locator(".tools button").last.click()
    page.wait_for_selector("dialog[open]")


def written(page: Page, there: Planted) -> None:
    on(page, "#words", ".words-layout")
    opened(page, "#view-words")
    page.locator("#view-words [type=submit]").click()
    page.locator(".draft:not(.is-writing)").nth(2).wait_for(timeout=60_000)


def replies(page: Page, there: Planted) -> None:
    on(page, "#reply", ".reply-text").fill("Are you free tomorrow evening?")
    page.locator(".reply-bubble").first.wait_for()
    page.locator(".reply-memory > summary").click()


def no_reply(page: Page, there: Planted) -> None:
    on(page, "#reply", ".reply-text").fill("My father died last night.")
    page.locator(".reply-none, .reply-bubble").first.wait_for()


def sound(page: Page, there: Planted) -> None:
    grid = on(page, "#sound", ".tune-grid")
    grid.focus()
    for key in ("1", "Enter", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.locator("#view-sound details > summary").first.click()
    page.locator(".sound-panel [type=submit]").click()
    page.locator(".wave-card").wait_for(timeout=60_000)
    page.locator(".sound-panel progress").wait_for(state="hidden", timeout=60_000)


def scanned(page: Page, there: Planted) -> None:
    on(page, "#train", ".kept-set .chip").click()
    page.locator("input[name=learner]").first.wait_for(timeout=60_000)
    opened(page, "#view-train")


def run(page: Page, there: Planted) -> None:
    on(page, f"#train/{there.run}", ".run .uses")
    opened(page, ".run")


def sure(page: Page, there: Planted) -> None:
    on(page, "#train", ".kept-set .icon-button").click()
    page.wait_for_selector("dialog[open]")


def only(view: str, wanted: str) -> Callable[[Page, Planted], None]:
    return lambda page, there: on(page, view, wanted).wait_for()


SCENES: Mapping[str, Callable[[Page, Planted], None]] = {
    "first": only("#song", ".examples, .library"),
    "song": song,
    "more": more,
    "wrong": wrong,
    "drawers": drawers,
    "takes": takes,
    "words of song": words_of_song,
    "score": score,
    "playing": playing,
    "foreign": foreign,
    "library": library,
    "keys": keys,
    "words": only("#words", ".words-layout"),
    "written": written,
    "reply": only("#reply", ".reply-layout"),
    "replies": replies,
    "no reply": no_reply,
    "sound": sound,
    "train": only("#train", ".kept-set"),
    "scanned": scanned,
    "run": run,
    "sure": sure,
}


def midi(*names: str, markers: tuple[str, ...] = (), title: str = "x") -> bytes:
    """A MIDI file of somebody else with a track of each name, and markers, a bar apart."""
    first = [
        (0, smf.text_meta(3, title)),
        *((1920 * i, smf.text_meta(6, text)) for i, text in enumerate(markers)),
    ]
    tracks = [[(0, smf.text_meta(3, name)), *_note(60 + i % 12)] for i, name in enumerate(names)]
    return smf.file([smf.track(events) for events in (first, *tracks)], 480)


def _note(pitch: int) -> list[tuple[int, bytes]]:
    return [(0, bytes((0x90, pitch, 64))), (960, bytes((0x80, pitch, 0)))]
