"""The page of the studio in a real browser, used as songwriters use it."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio_browser import (
    browsing, loudest, made, make, play, playing, position, stored, tab, vivid, wait_until, wish,
)  # fmt: skip
from tests.studio_server import Client, running, start, stop

HOPE = "a song that expresses hope and wonder"


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


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Page]:
    with tab(browser, client) as page:
        yield page


def clock(page: Page) -> tuple[float, float]:
    """The position that is shown and the time of the audio clock, seconds, of one frame."""
    shown, now = page.evaluate(
        """() => new Promise(resolve => requestAnimationFrame(() =>
          resolve([Number(document.querySelector(".transport").dataset.position), audioContexts[0].currentTime])))"""
    )
    return float(shown), float(now)


def test_a_wish_becomes_notes_then_a_song_that_plays_by_the_audio_clock(page: Page) -> None:
    make(page, HOPE)
    wait_until(page, lambda: vivid(page) > 200, "notes are drawn")
    made(page)
    expect(page.get_by_role("heading", name="Hope and Wonder")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    playing(page)
    (shown, now), _ = clock(page), page.wait_for_timeout(700)
    later_shown, later = clock(page)
    assert later - now > 0.5
    assert later_shown - shown == pytest.approx(later - now, abs=0.05)
    assert loudest(page) > 0.01


def test_the_player_goes_to_a_bar_loops_what_is_chosen_and_is_silent_where_all_is_muted(page: Page) -> None:
    made(page, HOPE)
    play(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".transport-place")).to_contain_text("Bar 3")
    playing(page)
    ruler = page.locator(".roll-ruler").bounding_box()
    assert ruler
    page.mouse.click(ruler["x"] + 20, ruler["y"] + 10)
    expect(page.locator(".transport-place")).to_contain_text("Bar 1")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    places = []
    wait_until(page, lambda: places.append(position(page)) or max(places) - places[-1] > 1, "the loop begins anew")
    for button in page.get_by_role("button", name="Mute").all():
        button.click()
    wait_until(page, lambda: loudest(page) == 0, "it is silent")
    page.get_by_role("button", name="Mute Melody").click()
    page.get_by_role("button", name="Mute Chords").click()
    wait_until(page, lambda: loudest(page) > 0.005, "it is heard")
    assert stored(page, "playing")


# Takes, edits, undo


def notes_of(client: Client, version: str) -> dict[str, list[list[int]]]:
    """The notes of a version by track: [start, duration, pitch, velocity]."""
    view = client.get(f"/versions/{version}")["view"]
    return {track["role"]: track["notes"] for track in view["tracks"]}


def current(client: Client, song: str) -> str:
    return str(client.get(f"/songs/{song}")["song"]["current"])


def changed_to(page: Page, client: Client, song: str, before: str) -> str:
    """The version of a song when it is another one than before, and shown."""
    wait_until(page, lambda: current(client, song) != before, "there is a new version", 30)
    now = current(client, song)
    wait_until(page, lambda: (stored(page, "version") or {}).get("id") == now, "it is shown")
    wait_until(page, lambda: stored(page, "busy") is None)
    return now


def test_keys_change_between_four_takes_at_the_same_bar_and_the_one_that_is_kept_stays(
    page: Page, client: Client
) -> None:
    song = made(page, HOPE)
    first = current(client, song)
    page.get_by_role("button", name="Three more takes").click()
    expect(page.locator(".take-hear")).to_have_count(4, timeout=30_000)
    wait_until(page, lambda: stored(page, "busy") is None)
    play(page)
    page.keyboard.press("ArrowRight")
    wait_until(page, lambda: "Bar 2" in (page.text_content(".transport-place") or ""))
    seen = set()
    for key in "2341":
        before = position(page)
        page.keyboard.press(key)
        expect(page.locator(f'.take-hear[data-number="{key}"]')).to_have_attribute("aria-pressed", "true")
        playing(page)
        assert 0 <= position(page) - before < 2.0
        assert stored(page, "playing")
        seen.add(str(stored(page, "shown")["tracks"]))
    assert len(seen) == 4
    kept = stored(page, "takes")[2]["version"]["id"]
    page.get_by_role("button", name="Keep take 3").click()
    assert changed_to(page, client, song, first) == kept
    expect(page.locator(".take-hear")).to_have_count(0)


def test_making_chosen_bars_of_a_track_anew_leaves_all_else_note_for_note_until_it_is_undone_and_redone(
    page: Page, client: Client
) -> None:
    song = made(page, HOPE)
    old = current(client, song)
    roll = page.locator(".roll-stick").bounding_box()
    assert roll
    page.get_by_role("button", name=re.compile("^Verse, bars")).first.click()
    page.mouse.move(roll["x"] + 300, roll["y"] + 150)
    page.mouse.down()
    page.mouse.move(roll["x"] + 500, roll["y"] + 150, steps=4)
    page.mouse.up()
    page.locator('.track[data-key="melody"] .track-name').click()
    page.get_by_role("button", name="Lock Bass").click()
    wait_until(page, lambda: client.get(f"/songs/{song}")["song"]["locks"]["tracks"] == ["bass"])
    told = page.locator(".edit-what").inner_text().lower()
    found = re.search(r"bars? (\d+)(?:–(\d+))? · melody", told)
    assert found, told
    page.keyboard.press("r")
    new = changed_to(page, client, song, old)
    bars, end = stored(page, "shown")["bars"], stored(page, "shown")["end"]
    first, last = int(found[1]), int(found[2] or found[1])
    span = range(bars[first - 1], [*bars, end][last])
    before, after = notes_of(client, old), notes_of(client, new)
    for role in before:
        outside = [
            [note for note in notes[role] if role != "melody" or note[0] not in span]
            for notes in (before, after)
        ]
        assert outside[0] == outside[1], role
    assert before["melody"] != after["melody"]
    page.keyboard.press("Control+z")
    assert changed_to(page, client, song, new) == old
    assert notes_of(client, old) == before
    page.keyboard.press("Control+Shift+z")
    assert changed_to(page, client, song, old) == new
    page.keyboard.press("Control+z")
    assert changed_to(page, client, song, new) == old
    page.keyboard.press("Control+y")
    assert changed_to(page, client, song, old) == new


# What survives


def test_a_reload_loses_neither_the_song_that_is_being_made_nor_what_stands_in_the_fields(page: Page) -> None:
    page.get_by_role("button", name="Say more").click()
    page.get_by_label("Length in bars").fill("160")
    page.get_by_label("Tempo (bpm)").fill("133")
    make(page, "a stormy sea at night")
    page.wait_for_selector(".make-progress:not([hidden])")
    wait_until(page, lambda: stored(page, "shown"), "it was planned")
    page.reload()
    page.wait_for_selector(".make-progress:not([hidden])")
    expect(wish(page)).to_have_value("a stormy sea at night")
    made(page)
    view = stored(page, "shown")
    assert view["request"] == "a stormy sea at night"
    assert len(view["bars"]) == 160
    assert view["tempo_bpm"] == 133
    wish(page).fill("another wish, not yet made")
    page.goto(page.url.replace("#song", "#words"))
    page.get_by_label("How it begins").fill("Because I could not")
    page.reload()
    expect(page.get_by_label("How it begins")).to_have_value("Because I could not")
    page.get_by_role("link", name="Song").click()
    expect(wish(page)).to_have_value("another wish, not yet made")
    page.get_by_role("button", name="Say more").click()
    expect(page.get_by_label("Tempo (bpm)")).to_have_value("133")


def test_a_killed_studio_comes_back_with_every_song_and_says_what_was_interrupted(
    browser: Browser, tmp_path: Path
) -> None:
    url, token, process = start(tmp_path)
    client = Client(url, token)
    place = ("--port", str(client.port), "--token", token)
    try:
        with tab(browser, client, allowed=[r"net::ERR_"]) as page:
            songs = {made(page, HOPE), made(page, "a quiet evening")}
            before = {song: notes_of(client, current(client, song)) for song in songs}
            page.get_by_text("Make it longer").click()
            page.locator("#stage-add-bars").fill("400")
            page.locator(".edit-more").get_by_role("button", name="Add").click()
            wait_until(page, lambda: [job for job in client.get("/jobs")["jobs"] if job["state"] == "running"])
            stop(process, how=signal.SIGKILL)
            expect(page.get_by_text("The studio has stopped")).to_be_visible()
            _, _, process = start(tmp_path, *place)
            expect(page.get_by_text("The studio has stopped")).to_be_hidden()
            expect(page.get_by_role("alert").get_by_text("closed before this was done")).to_be_visible()
            assert {song: notes_of(client, current(client, song)) for song in songs} == before
            assert "interrupted" in [job["state"] for job in client.get("/jobs")["jobs"]]
            page.reload()
            expect(page.locator(".song-item")).to_have_count(2)
    finally:
        stop(process)
