"""The page of the studio in a real browser, used as songwriters use it."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from aoede.compose import compose
from aoede.export import to_bytes
from aoede.randomness import MAX_SEED
from tests.hostile import PAYLOADS, check_harmless
from tests.studio_browser import (
    dropped,
    focused,
    loudest,
    made,
    make,
    play,
    playing,
    position,
    pressed,
    song_of,
    stored,
    tab,
    vivid,
    wait_until,
    wish,
)
from tests.studio_scenes import midi
from tests.studio_server import Client, start, stop

FIXTURES = Path(__file__).parent / "fixtures" / "songs"
SHORT = {"bars": 12}
HOPE = "a song that expresses hope and wonder"


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Page]:
    with tab(browser, client, options=SHORT) as page:
        yield page


def field(page: Page, name: str) -> Locator:
    """A field of those that say exactly how the song is to be."""
    return page.locator(f"#make-{name}")


def clock(page: Page) -> tuple[float, float]:
    """The position that is shown and the time of the audio clock, seconds, of one frame."""
    shown, now = page.evaluate(
        """() => new Promise(resolve => requestAnimationFrame(() =>
          resolve([Number(document.querySelector(".transport").dataset.position), audioContexts[0].currentTime])))"""
    )
    return float(shown), float(now)


def test_a_wish_becomes_a_song_that_plays_by_the_audio_clock_and_goes_to_a_bar_loops_and_is_muted(
    page: Page,
) -> None:
    page.get_by_role("button", name="Say more").click()
    field(page, "tempo").fill("200")
    make(page, HOPE)
    wait_until(page, lambda: vivid(page) > 200, "notes are drawn")
    made(page)
    expect(page.get_by_role("heading", name="Hope and Wonder")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    playing(page)
    (shown, now), _ = clock(page), page.wait_for_timeout(300)
    later_shown, later = clock(page)
    assert later - now > 0.25
    assert later_shown - shown == pytest.approx(later - now, abs=0.05)
    assert loudest(page) > 0.01
    page.keyboard.press("Home")
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
    wait_until(
        page, lambda: places.append(position(page)) or max(places) - places[-1] > 0.5, "the loop begins anew"
    )
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


def test_takes_outlast_a_reload_and_keys_change_between_them_at_the_same_bar_and_the_one_that_is_kept_stays(
    page: Page, client: Client
) -> None:
    song = made(page, HOPE)
    first = current(client, song)
    page.get_by_role("button", name="Three more takes").click()
    page.locator(".take-hear").nth(1).wait_for(timeout=30_000)
    page.keyboard.press("2")
    page.reload()  # while two of them are still being made
    page.locator(".take-hear").nth(3).wait_for(timeout=30_000)
    wait_until(page, lambda: stored(page, "busy") is None)
    expect(page.locator('.take-hear[data-number="2"]')).to_have_attribute("aria-pressed", "true")
    job = next(job for job in client.get("/jobs")["jobs"] if job["kind"] == "takes")
    takes = [row["id"] for row in client.get(f"/jobs/{job['id']}")["result"]["takes"]]
    assert [take["version"]["id"] for take in stored(page, "takes")] == takes
    page.keyboard.press("1")
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
    expect(page.get_by_role("button", name="Undo: keeping another take")).to_be_enabled()


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
    page.locator("#stage-seed").fill(str(MAX_SEED))
    page.locator('.track[data-key="melody"] .track-name').click()
    page.get_by_role("button", name="Lock Bass").click()
    wait_until(page, lambda: client.get(f"/songs/{song}")["song"]["locks"]["tracks"] == ["bass"])
    told = page.locator(".edit-what").inner_text().lower()
    found = re.search(r"bars? (\d+)(?:–(\d+))? · melody", told)
    assert found, told
    page.keyboard.press("r")
    new = changed_to(page, client, song, old)
    assert client.get(f"/versions/{new}")["version"]["options"]["seed"] == MAX_SEED
    expect(page.locator(".edit-said")).to_contain_text(f"Seed {MAX_SEED}.")
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


def test_a_song_tells_its_place_while_it_waits_and_a_reload_loses_neither_it_nor_what_stands_in_the_fields(
    page: Page, client: Client
) -> None:
    page.get_by_role("button", name="Say more").click()
    page.get_by_label("Length in bars").fill("120")
    page.get_by_label("Tempo (bpm)").fill("133")
    for seed in range(4):
        client.post("/songs", {"request": HOPE, "seed": seed, "options": {"bars": 32}})
    make(page, "a stormy sea at night")
    told: list[str] = []
    bar = page.locator(".make-progress:not([hidden])")
    wait_until(page, lambda: told.append(bar.inner_text()) or stored(page, "shown"), "it was planned", 30)
    places = [int(place) for text in told for place in re.findall(r"Waiting: place (\d)", text)]
    assert places
    assert places[-1] < places[0]
    page.reload()
    page.wait_for_selector(".make-progress:not([hidden])")
    expect(wish(page)).to_have_value("a stormy sea at night")
    made(page)
    view = stored(page, "shown")
    assert view["request"] == "a stormy sea at night"
    assert len(view["bars"]) == 120
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


def states(client: Client) -> list[tuple[str, str]]:
    """Kind and state of every job."""
    return [(job["kind"], job["state"]) for job in client.get("/jobs")["jobs"]]


def test_a_killed_studio_comes_back_with_every_song_and_says_what_was_interrupted(
    browser: Browser, tmp_path: Path
) -> None:
    url, token, process = start(tmp_path)
    client = Client(url, token)
    place = ("--port", str(client.port), "--token", token)
    try:
        with tab(browser, client, options=SHORT, allowed=[r"net::ERR_"]) as page:
            asked = {"request": HOPE, "seed": 1, "options": SHORT}
            songs = {client.made("/songs", asked)["song"]["id"], made(page, "a quiet evening")}
            before = {song: notes_of(client, current(client, song)) for song in songs}
            page.get_by_text("Make it longer").click()
            page.locator("#stage-add-bars").fill("400")
            page.locator(".edit-more").get_by_role("button", name="Add").click()
            wait_until(page, lambda: ("edit", "running") in states(client), "the edit is being made")
            stop(process, how=signal.SIGKILL)
            wish(page).press_sequentially(" that goes on")
            page.get_by_text("The studio has stopped").wait_for()
            _, _, process = start(tmp_path, *place)
            page.get_by_text("The studio has stopped").wait_for(state="hidden")
            page.get_by_role("alert").get_by_text("closed before this was done").wait_for()
            assert {song: notes_of(client, current(client, song)) for song in songs} == before
            assert {state for _, state in states(client)} <= {"done", "interrupted"}
            page.reload()
            expect(page.locator(".song-item")).to_have_count(2)
            expect(wish(page)).to_have_value("a quiet evening that goes on")
            made(page)
            page.route(re.compile("/(songs|edits)$"), lambda route: route.abort())  # as by a kill just then
            for button, where in (("Make the song", ".make-error"), ("Make all anew", ".notices")):
                page.get_by_role("button", name=button).click()
                expect(page.locator(where)).to_contain_text("closed before this was done")
    finally:
        stop(process)


# Files


def test_the_midi_of_the_page_is_that_of_the_library_byte_for_byte_and_brings_back_every_setting(
    page: Page,
) -> None:
    page.get_by_role("button", name="Say more").click()
    field(page, "key").select_option("D")
    field(page, "mode").select_option("dorian")
    field(page, "bars").fill("12")
    field(page, "tempo").fill("96")
    field(page, "meter").fill("3/4")
    field(page, "style").select_option("folk")
    field(page, "chords").fill("Dm G | C Am")
    page.locator(".exact").get_by_role("button", name="Violin", exact=True).click()
    page.get_by_label("plain – surprising", exact=True).fill("0.75")
    page.locator("#make-seed").fill(str(MAX_SEED + 1))
    make(page, "a song of the sea 海")
    expect(page.get_by_role("alert").get_by_text(f"from 0 to {MAX_SEED}")).to_be_visible()
    page.locator("#make-seed").fill(str(MAX_SEED))
    made(page, "a song of the sea 海")
    expect(page.locator(".song-seed .figures")).to_have_text(str(MAX_SEED))
    options = stored(page, "shown")["options"]
    with page.expect_download() as download:
        page.locator(".files-list").get_by_role("link", name="MIDI", exact=True).first.click()
    data = Path(download.value.path()).read_bytes()
    assert data == to_bytes(compose("a song of the sea 海", seed=MAX_SEED, **options), ".mid")
    assert download.value.suggested_filename.endswith(f"-D-dorian-96-{MAX_SEED}.mid")
    page.get_by_role("button", name="Leave all of this to the words").click()
    page.locator("#make-seed").fill("1")
    page.get_by_role("button", name="New song").click()
    expect(field(page, "key")).to_have_value("")
    dropped(page, ".make", {"from a friend.mid": data})
    expect(page.get_by_text("is back, with all its settings")).to_be_visible()
    page.get_by_role("button", name="Change the wish").click()
    expect(wish(page)).to_have_value("a song of the sea 海")
    expect(page.locator("#make-seed")).to_have_value(str(MAX_SEED))
    written = {"key": "D", "mode": "dorian", "bars": "12", "tempo": "96", "meter": "3/4", "style": "folk",
               "chords": "Dm G | C Am"}  # fmt: skip
    assert {name: field(page, name).input_value() for name in written} == written
    violin = page.locator(".exact").get_by_role("button", name="Violin", exact=True)
    expect(violin).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("plain – surprising", exact=True)).to_have_value("0.75")


def test_a_melody_of_somebody_else_gets_chords_and_a_band_and_keeps_its_notes(page: Page) -> None:
    page.locator(".make input[type=file]").set_input_files(FIXTURES / "cowboy_songs_jessejames.mid")
    expect(page.get_by_text("This one was not made here")).to_be_visible()
    melody = [note[:3] for note in stored(page, "shown")["tracks"][0]["notes"]]
    page.get_by_label("In what mood").fill("hopeful, a little restless")
    page.get_by_role("button", name="Harmonise").click()
    wait_until(page, lambda: not stored(page, "shown")["is_foreign"], "it is harmonised", 30)
    tracks = {track["role"]: track["notes"] for track in stored(page, "shown")["tracks"]}
    assert {"melody", "chords", "bass"} <= set(tracks)
    assert [note[2] for note in tracks["melody"]] == [note[2] for note in melody]
    expect(page.get_by_text("This one was not made here")).to_be_hidden()


# Languages, keys


def told_by(page: Page, *selectors: str) -> str:
    """All that is visible in these, and what screen readers say of their buttons."""
    return str(
        page.evaluate(
            """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)])
              .filter(each => each.checkVisibility())
              .flatMap(each => [each.innerText, ...[each, ...each.querySelectorAll("*")].flatMap(part =>
                ["aria-label", "title", "placeholder", "alt"].map(name => part.getAttribute(name) ?? ""))])
              .filter(Boolean).join("\\n")""",
            list(selectors),
        )
    )


# Names that are the same in Chinese, and what the user wrote.
SAME = (
    r"Aoede|MIDI|MusicXML|WAV|MP3|FLAC|OGG|Vorbis|JSON|LRC|SVG|PNG|HTML|Ctrl|Enter|Home|English|\bEN\b|"
    r"RNN|RBM|n-gram|transformer"
)


def test_every_word_of_the_frame_and_of_the_song_changes_with_the_language(page: Page) -> None:
    made(page, "我想要一首表达希望和奇迹的歌")
    page.get_by_role("button", name="Say more").click()
    english = told_by(page, "header.top", ".song-side", ".stage")
    assert page.get_attribute("html", "lang") == "en"
    page.get_by_role("button", name="Change to 简体中文").click()
    page.wait_for_selector("html[lang=zh-Hans]")
    page.wait_for_selector(".transport-play:not([disabled])")
    page.get_by_role("button", name="更多要求").click()
    chinese = told_by(
        page, "header.top", ".make", ".stage button", ".stage summary", ".stage label", ".song-side"
    )
    assert chinese != english
    assert sorted(set(re.findall(r"[A-Za-z]{4,}", re.sub(SAME, "", chinese)))) == []
    expect(wish(page)).to_have_value("我想要一首表达希望和奇迹的歌")
    page.get_by_role("button", name="切换到 English").click()
    page.wait_for_selector("html[lang=en]")
    page.wait_for_selector(".transport-play:not([disabled])")
    assert told_by(page, "header.top", ".song-side", ".stage") == english


def test_a_song_is_made_played_locked_changed_and_kept_with_the_keyboard_alone(
    page: Page, client: Client
) -> None:
    pressed(page, "Tab", lambda: "make-request" in focused(page))
    page.keyboard.type("a hopeful walk home")
    page.keyboard.press("Control+Enter")
    song = made(page)
    old = current(client, song)
    play(page)
    page.keyboard.press("Space")
    page.wait_for_selector(".transport[data-state=paused]")
    pressed(page, "Tab", lambda: "Lock Melody" in focused(page))
    page.keyboard.press("Enter")
    wait_until(page, lambda: client.get(f"/songs/{song}")["song"]["locks"]["tracks"] == ["melody"])
    pressed(page, "Shift+Tab", lambda: "song-name" in focused(page))
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".edit-what")).to_contain_text(re.compile("bars? 1", re.I))
    page.keyboard.press("r")
    new = changed_to(page, client, song, old)
    before, after = notes_of(client, old), notes_of(client, new)
    assert before != after
    assert before["melody"] == after["melody"]
    with page.expect_download() as download:
        page.keyboard.press("Control+s")
    assert Path(download.value.path()).read_bytes()[:4] == b"MThd"
    stops: list[str] = []
    pressed(page, "Tab", lambda: stops.append(focused(page)) or "a.skip" in stops[-1].replace(" ", ""), 400)
    assert len(set(stops)) > 40
    assert max(stops.count(stop) for stop in set(stops)) <= 3  # none holds the focus
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


# Hostile words


def test_hostile_words_are_shown_as_they_are_wherever_they_come_from(page: Page, client: Client) -> None:
    attacks = PAYLOADS[:12]
    page.get_by_role("button", name="Say more").click()
    page.get_by_label("Tempo (bpm)").fill("100")
    field(page, "bars").fill("48")  # room for twelve lines
    page.get_by_text("My own").click()
    page.locator("#make-lyrics").fill("\n".join(attacks))
    song = made(page, " ".join(attacks[:4]))
    check_harmless(page, " ".join(attacks[:4]))
    for payload in attacks:
        page.locator(".song-name").click()
        page.keyboard.insert_text(payload)
        page.keyboard.press("Enter")
        wait_until(page, lambda title=payload: client.get(f"/songs/{song}")["song"]["title"] == title)
        expect(page.locator(".song-name")).to_have_text(payload)
        check_harmless(page, payload)
    file = midi(*attacks)
    for payload in attacks[:2]:
        name = f"{payload}.mid"
        before = song_of(page)
        page.locator(".make input[type=file]").set_input_files(
            {"name": name, "mimeType": "audio/midi", "buffer": file}
        )
        wait_until(page, lambda old=before: song_of(page) != old, "it is opened")
    check_harmless(page, *attacks)


# The other views


def test_ten_dropped_files_train_a_model_whose_chords_the_next_song_uses(
    browser: Browser, client: Client
) -> None:
    files = {path.name: path.read_bytes() for path in sorted(FIXTURES.glob("*.mid"))[:10]}
    assert len(files) == 10
    with tab(browser, client, at="#train", options=SHORT) as page:
        page.wait_for_selector(".file-drop")
        dropped(page, ".file-drop", files)
        page.locator('input[name=learner][value="rbm/pianoroll"]').check(timeout=30_000)
        page.get_by_role("radio", name="1 minute").check()
        page.get_by_label("What should it be called?").fill("Ten songs")
        page.get_by_role("button", name="Begin to learn").click()
        pause = page.get_by_role("button", name="Pause", exact=True)
        pause.click(timeout=30_000)
        use = page.get_by_role("button", name="Let it find chords for a song")
        use.click(timeout=30_000)
        expect(field(page, "harmony")).to_have_value(re.compile("ten-songs"))
        song = made(page, "a song for the ten")
        assert "ten-songs" in client.get(f"/songs/{song}")["view"]["recipe"]["options"]["harmony"]


def test_three_drafts_are_written_and_what_is_copied_in_them_is_marked(
    browser: Browser, client: Client
) -> None:
    with tab(browser, client, at="#words") as page:
        page.get_by_role("slider", name="Freedom").fill("0.2")  # so tame that it copies
        page.get_by_role("textbox", name="Seed").fill("7")
        page.get_by_role("button", name="Write", exact=True).click()
        page.locator(".draft:not(.is-writing)").nth(2).wait_for(timeout=60_000)
        texts = page.locator(".draft-text").evaluate_all(
            "all => all.map(each => [...each.querySelectorAll('.draft-line')].map(line => [...line.childNodes]"
            ".filter(node => node.nodeName !== 'BUTTON').map(node => node.textContent).join('')).join('\\n'))"
        )
        assert len({text for text in texts if len(text) > 50}) == 3
        expect(page.locator(".draft .verdict")).to_have_count(3)
        marks = page.locator(".draft mark").all_inner_texts()
        assert marks and all(mark in "".join(texts) for mark in marks)
        page.locator(".draft-reference").first.click()
        assert "characters, in" in focused(page)
        page.get_by_role("button", name="Sing it").first.click()
        page.wait_for_selector("#make-lyrics")
        assert field(page, "lyrics").input_value().split() == texts[0].split()


def test_a_tune_drawn_by_keys_becomes_a_sound_that_plays(browser: Browser, client: Client) -> None:
    with tab(browser, client, at="#sound") as page:
        page.get_by_role("application", name="Grid of the tune").focus()
        for key in ("2", "Enter", "ArrowRight", "ArrowUp", "Enter", "ArrowRight", "ArrowUp", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_text("3 notes.")).to_be_visible()
        page.keyboard.press("Control+Enter")
        page.locator(".sound-status", has_text="It is made.").wait_for(timeout=60_000)
        wait_until(
            page, lambda: page.evaluate("document.querySelector('audio').currentTime") > 0.2, "it plays"
        )
        told = page.locator(".wave").get_attribute("aria-valuemax")
        assert told and 1 < float(told) < 5
