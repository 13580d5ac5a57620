"""Take the pictures of docs/studio again: a real studio in a real browser, songs of seed 1, nothing retouched.

    python tools/studio_pictures.py

Needs Chromium. The English ones are light, the Chinese ones dark; `narrow.png` is the page on a telephone.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.studio_browser import browsing, made, play, tab, wait_until  # noqa: E402
from tests.studio_server import Client, running  # noqa: E402

FOLDER = ROOT / "docs" / "studio"
SONGS = sorted((ROOT / "docs" / "songs").glob("*.mid"))[:10]
WISHES = {"en": "a song that expresses hope and wonder", "zh": "我想要一首表达希望和奇迹的歌"}
OTHERS = {
    "en": ("the last train home, and nobody waiting", "a lullaby for my daughter", "dancing on the roof"),
    "zh": ("雨夜里一个人想念远方的朋友", "故乡的小河，安静而温暖", "欢快的节日舞曲，快板"),
}
WRITERS = {
    "en": {"model": "lyrics", "as": {"Robert Burns": 7, "William Blake": 3}, "length": 400},
    "zh": {"model": "ci", "as": {"苏轼": 5}, "form": "满江红"},
}
PLAYED_S = 21.0  # where the first verse is sung
N_COLOURS = 200


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for language in ("en", "zh"):
        with tempfile.TemporaryDirectory() as home, running(Path(home)) as client, browsing() as browser:
            client.timeout_s = 600
            _plant(client, language)
            for name, take in (("song", _song), ("words", _words), ("train", _train)):
                with _page(browser, client, language) as page:
                    take(page, client, language)
                    _keep(page, f"{name}{'-zh' if language == 'zh' else ''}.png")
            if language == "en":
                with _page(browser, client, language, width=390, height=844) as page:
                    _song(page, client, language)
                    _keep(page, "narrow.png")


@contextmanager
def _page(
    browser: Browser, client: Client, language: str, width: int = 1440, height: int = 960
) -> Iterator[Page]:
    options = {
        "viewport": {"width": width, "height": height},
        "locale": "zh-CN" if language == "zh" else "en-US",
        "color_scheme": "dark" if language == "zh" else "light",
    }
    with tab(browser, client, **options) as page:
        yield page


def _plant(client: Client, language: str) -> None:
    """Songs in the library, and a training on ten songs."""
    for wish in (*OTHERS[language], WISHES[language]):
        client.made("/songs", {"request": wish, "seed": 1})
    dataset = client.post("/datasets", {"name": "十首歌" if language == "zh" else "Ten songs"})["id"]
    for path in SONGS:
        client.post(f"/datasets/{dataset}/files", path.read_bytes(), name=path.name)
    asked = {"dataset": dataset, "family": "rbm", "encoding": "pianoroll", "seed": 1, "epochs": 12}
    job = client.post("/runs", asked)
    client.until(job["id"], lambda found: found["state"] not in ("queued", "running"), 300)


def _song(page: Page, client: Client, language: str) -> None:
    """The song while it plays."""
    song = client.get("/songs")["songs"][0]["id"]
    page.evaluate("id => { location.hash = `#song/${id}`; }", song)
    made(page)
    page.locator(".song-head").focus()
    play(page)
    bars = 0
    while float(page.get_attribute(".transport", "data-position") or 0) < PLAYED_S and bars < 40:
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
        bars += 1
    page.wait_for_timeout(1500)


def _words(page: Page, client: Client, language: str) -> None:
    """Three drafts, what is copied marked."""
    client.call("PUT", "/drafts/words", {"seed": {"seed": "1", "isHeld": True}, **WRITERS[language]})
    page.evaluate("location.hash = '#words'")
    page.locator("#view-words [type=submit]").click()
    page.locator(".draft:not(.is-writing)").nth(2).wait_for(timeout=120_000)
    page.wait_for_timeout(500)


def _train(page: Page, client: Client, language: str) -> None:
    run = client.get("/runs")["runs"][0]["id"]
    page.evaluate("id => { location.hash = `#train/${id}`; }", run)
    page.locator(".run .uses").first.wait_for(timeout=60_000)
    wait_until(page, lambda: page.locator(".run canvas, .run svg").count() > 0)
    page.wait_for_timeout(1000)


def _keep(page: Page, name: str) -> None:
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(N_COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
    print(FOLDER / name, f"{(FOLDER / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
