"""Replies and trainings in a real browser: what is kept of them, what is readable; the first paint of the page."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.studio_browser import tab, wait_until
from tests.studio_scenes import FIXTURES, NGRAM
from tests.studio_server import Client, start, stop

MESSAGE = "Are you free on Friday, or shall we say Monday?"
LIGHT, DARK = "rgb(245, 240, 230)", "rgb(18, 21, 28)"  # --paper of base.css
PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def singer(client: Client) -> str:
    """A training on music that has ended, by its id."""
    dataset = client.post("/datasets", {"name": "Cowboys"})["id"]
    for path in sorted((FIXTURES / "songs").glob("*.mid"))[:4]:
        client.post(f"/datasets/{dataset}/files", path.read_bytes(), name=path.name)
    job = client.post("/runs", {"dataset": dataset, **NGRAM, "name": "Singer", "seed": 1})
    client.until(job["id"], lambda found: found["state"] == "done")
    return str(job["asked"]["run"])


def message(page: Page) -> Locator:
    return page.get_by_role("textbox", name="The message", exact=True)


# Replies


def test_a_message_outlives_another_view_and_a_reload_with_what_was_said_before_it_until_it_is_cleared(
    browser: Browser, client: Client
) -> None:
    with tab(browser, client, at="#reply") as page:
        page.get_by_role("button", name="What was said before").click()
        page.get_by_role("textbox", name="Turn 1 before the message").fill("Thursday is full.")
        message(page).fill(MESSAGE)
        page.locator(".reply-bubble").first.wait_for()
        page.get_by_role("link", name="Song").click()
        page.reload()
        page.get_by_role("link", name="Replies").click()
        expect(message(page)).to_have_value(MESSAGE)
        expect(page.get_by_role("textbox", name="Turn 1 before the message")).to_have_value(
            "Thursday is full."
        )
        page.locator(".reply-bubble").first.wait_for()
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".reply-bubble")).to_have_count(0)
        page.reload()
        page.get_by_text("Replies will stand here").wait_for()
        expect(message(page)).to_have_value("")


def test_a_message_gets_short_replies_is_stored_nowhere_and_gone_with_its_tab(
    browser: Browser, client: Client
) -> None:
    with tab(browser, client, at="#reply") as page:
        message(page).fill(MESSAGE)
        page.locator(".reply-bubble").nth(2).wait_for()
        texts = page.locator(".reply-bubble").all_inner_texts()
        assert len(set(texts)) == 3
        assert all(0 < len(text) < 60 for text in texts)
        page.reload()
        expect(message(page)).to_have_value(MESSAGE)
        other = page.context.new_page()
        other.goto(f"{client.url}/#reply")
        other.get_by_text("Replies will stand here").wait_for()
        expect(message(other)).to_have_value("")
        assert client.get("/drafts/reply") == {"model": ""}
        assert MESSAGE not in json.dumps(client.get("/jobs"))


def changed(route: Route, key: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Lets the server answer, and changes a list in its answer."""
    found = route.fetch()
    told = found.json()
    change(told.get(key, [told]))
    route.fulfill(response=found, json=told)


def test_a_model_that_has_learnt_to_reply_is_chosen_where_it_is_told_to_answer(
    browser: Browser, client: Client, singer: str
) -> None:
    row = {"name": singer, "kind": "own", "en": "My chats", "zh": "My chats"}  # replies take long to learn
    with tab(browser, client, at="#reply") as page:
        page.route("**/repliers", lambda route: changed(route, "repliers", lambda rows: rows.append(row)))
        uses = {"uses": ["replier"], "sample": ""}
        for_all = partial(changed, key="runs", change=lambda rows: [row.update(uses) for row in rows])
        page.route(re.compile(r"/api/v1/runs(/[a-z0-9-]+)?$"), for_all)
        page.reload()
        page.get_by_role("checkbox", name="As I type").uncheck()
        message(page).fill(MESSAGE)
        page.get_by_role("link", name="Train").click()
        page.locator(f".run-item[href='#train/{singer}']").click()
        page.get_by_role("button", name="Let it answer").click()
        expect(page.get_by_role("combobox", name="Model")).to_have_value(singer)
        expect(message(page)).to_have_value(MESSAGE)


# Folders that were chosen


@pytest.mark.slow
def test_a_folder_that_was_chosen_is_there_with_its_settings_after_a_restart_while_it_may_be_read(
    browser: Browser, tmp_path: Path
) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    poems = root / "poems"
    for folder in (home, poems, tmp_path / "other"):
        folder.mkdir(parents=True)
    (poems / "one.txt").write_text((FIXTURES / "texts" / "shakespeare.txt").read_text()[:3000])
    url, token, process = start(home, "--root", str(root))
    client = Client(url, token)
    same = ("--port", str(client.port), "--token", token)
    try:
        with tab(browser, client, at="#train", allowed=[r"net::ERR_", "status of 4"]) as page:
            page.locator(".folder", has_text="poems").click()
            page.get_by_role("navigation", name="Where you are").get_by_text("poems").wait_for()
            page.get_by_role("button", name="Learn from this folder").click()
            page.locator("input[value='ngram/characters']").check()
            page.get_by_text("More settings").click()
            page.get_by_role("spinbutton", name="Longest n-gram").fill("7")
            page.get_by_label("What should it be called?").fill("Seven letters")
            wait_until(page, lambda: client.get("/drafts/train").get("name") == "Seven letters", "it is kept")
            stop(process)
            _, _, process = start(home, "--root", str(root), *same)
            page.reload()
            page.get_by_role("heading", name="poems", exact=True).wait_for()
            expect(page.locator("input[value='ngram/characters']")).to_be_checked()
            expect(page.get_by_label("What should it be called?")).to_have_value("Seven letters")
            assert page.locator(".begin input[type=number]").first.input_value() == "7"
            stop(process)
            _, _, process = start(home, "--root", str(tmp_path / "other"), *same)
            page.reload()
            page.get_by_text("“poems” has to be chosen once more.").wait_for()
            page.get_by_text("This folder is not inside the folders that may be read.").wait_for()
            page.locator(".folder-picker").wait_for()
    finally:
        stop(process)


# Pictures


@pytest.mark.parametrize(("locale", "said"), [("en-US", "From top to bottom"), ("zh-CN", "从上到下")])
def test_the_samples_of_a_run_are_large_enough_to_read_on_a_phone_and_told_in_the_language_of_the_page(
    browser: Browser, client: Client, singer: str, locale: str, said: str
) -> None:
    with tab(browser, client, at=f"#train/{singer}", viewport=PHONE, locale=locale) as page:
        picture = page.locator(".run-samples img")
        picture.wait_for()
        wait_until(page, lambda: picture.evaluate("image => image.complete && image.naturalWidth"))
        drawn_px, natural_px = picture.evaluate("image => [image.clientWidth, image.naturalWidth]")
        assert drawn_px > 0.75 * natural_px  # its words are 15 px high as it is drawn
        place = page.locator(".run-samples .strip-place")
        place.evaluate("place => { place.scrollLeft = 300; }")
        assert place.evaluate("place => place.scrollLeft") == 300
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        caption = page.locator(".run-samples figcaption").inner_text()
        assert said in caption
        assert re.search(r"\b1\b", caption)  # the step
        if locale == "zh-CN":
            assert re.findall("[A-Za-z]+", caption) == []
        with page.context.expect_page() as opened:
            place.get_by_role("link").click()
        large = opened.value
        large.wait_for_load_state()
        assert large.evaluate("document.images[0].naturalWidth") == natural_px


# Colours


@pytest.mark.parametrize(("system", "chosen"), [("dark", None), ("dark", "light"), ("light", "dark")])
def test_the_first_paint_has_the_colours_that_the_page_will_have(
    browser: Browser, client: Client, system: str, chosen: str | None
) -> None:
    with tab(browser, client, color_scheme=system, allowed=["net::ERR_FAILED"]) as page:
        page.wait_for_selector(".top")
        if chosen is not None:
            page.evaluate("theme => localStorage.setItem('aoede.theme', theme)", chosen)
        page.route("**/main.js", lambda route: route.abort())  # nothing that comes after the first paint
        page.reload()
        assert page.locator(".top").count() == 0
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        scheme = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        wanted = chosen or system
        assert (paper, scheme) == ({"light": LIGHT, "dark": DARK}[wanted], wanted)
        assert page.get_attribute("meta[name=color-scheme]", "content") == (chosen or "light dark")
