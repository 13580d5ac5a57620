"""What the page plays, recorded in a real browser and compared with the sound of the server, sample for sample."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from tests.studio_browser import made, play, stored, tab, wait_until
from tests.studio_server import Client

RATE_HZ, FADE = 44_100, 221  # samples of a cross-fade
KEY = 4_000  # samples by which a place is known again
EXACT = 1e-6  # what the sum of five 32-bit tracks may round to

# A worklet that hands on all that goes to the loudspeakers, with the frame at which each block begins.
RECORDER = """registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([input]) {
    const channels = [0, 1].map(i => input[i]?.slice() ?? new Float32Array(128));
    this.port.postMessage([currentFrame, ...channels]);
    return true;
  }
});"""
LISTEN = (
    f"const RECORDER = `{RECORDER}`;"
    + """
const toPlay = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...all) {
  if (to instanceof AudioDestinationNode && this instanceof GainNode) window.played = this;
  return toPlay.call(this, to, ...all);
};
window.record = async () => {
  const context = window.played.context;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([RECORDER], { type: "text/javascript" })));
  const recorder = new AudioWorkletNode(context, "recorder");
  window.blocks = [];
  recorder.port.onmessage = message => window.blocks.push(message.data);
  window.played.connect(recorder);
};
window.recorded = () => {
  const blocks = window.blocks.splice(0), n = 128 * blocks.length, all = new Float32Array(2 * n);
  blocks.forEach(([, left, right], i) => { all.set(left, 128 * i); all.set(right, n + 128 * i); });
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [blocks.map(([frame]) => frame), btoa(text)];
};
"""
)


@dataclass(frozen=True)
class Heard:
    """A song that plays in a page, with its recorder on."""

    page: Page
    stems: NDArray[np.float32]  # (n_tracks, 2, n_samples), as the server has them

    def listen(self, seconds: float, least_s: float, *keys: str) -> NDArray[np.float32]:
        """(2, n) samples that were played one after another, at least so long, after these keys were pressed.

        A machine that is busy for a moment leaves blocks out of the recording; then it is made again.
        """
        for _ in range(6):
            for key in keys:
                self.page.keyboard.press(key)
            self.page.wait_for_timeout(300)
            played = self._recorded(seconds)
            if played.shape[1] >= least_s * RATE_HZ:
                return played
        raise AssertionError(f"the machine is too busy to record {least_s:.1f} s without a gap")

    def _recorded(self, seconds: float) -> NDArray[np.float32]:
        """The longest time without a gap in a recording of so many seconds."""
        self.page.evaluate("window.blocks.length = 0")
        self.page.wait_for_timeout(1000 * seconds)
        frames, data = self.page.evaluate("window.recorded()")
        samples = np.frombuffer(base64.b64decode(data), np.float32).reshape(2, -1)
        gaps = np.flatnonzero(np.diff(frames) != 128) + 1
        edges = [0, *gaps.tolist(), len(frames)]
        begin, end = max(pairwise(edges), key=lambda edge: edge[1] - edge[0])
        return samples[:, 128 * begin : 128 * end]


@pytest.fixture
def heard(browser: Browser, client: Client) -> Iterator[Heard]:
    with tab(browser, client, options={"bars": 8}, bypass_csp=True) as page:  # its policy lets no recorder in
        page.evaluate(f"{LISTEN}; 0")  # of a function Playwright would give the value
        made(page, "a song that expresses hope and wonder, fast")
        play(page)
        page.evaluate("window.record()")
        wait_until(page, lambda: page.evaluate("window.blocks.length"))
        yield Heard(page, stems_of(client, stored(page, "version")["id"]))


def stems_of(client: Client, version: str) -> NDArray[np.float32]:
    told = client.made(f"/versions/{version}/sound")
    parts = (
        client.call("GET", f"/versions/{version}/sound.pcm", **{"from": begin, "count": 4 * RATE_HZ}).data
        for begin in range(0, told["n_samples"], 4 * RATE_HZ)
    )
    frames = np.frombuffer(b"".join(parts), "<i2").astype(np.float32) / 32_768
    return frames.reshape(told["n_samples"], told["n_tracks"], 2).transpose(1, 2, 0)


def place_of(part: NDArray[Any], whole: NDArray[Any]) -> int:
    """Where in `whole` (2, n) the `part` (2, KEY) stands, sample for sample."""
    places = places_of(part, whole)
    assert len(places) == 1, f"found {len(places)} times"
    return places[0]


def places_of(part: NDArray[Any], whole: NDArray[Any]) -> list[int]:
    key, sound = part.sum(0).astype(np.float64), whole.sum(0).astype(np.float64)
    size = 1 << int(np.ceil(np.log2(len(sound) + len(key))))
    likeness = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(key, size)), size)
    squares = np.concatenate([[0.0], np.cumsum(sound**2)])
    n = len(sound) - len(key) + 1
    energy = squares[len(key) :][:n] - squares[:n]
    distance = energy - 2 * likeness[:n] + (key**2).sum()
    near = np.flatnonzero(distance < 1e-3 * (key**2).sum())
    return [int(i) for i in near if np.abs(whole[:, i : i + KEY] - part).max() < EXACT]


def test_every_sample_that_is_played_is_that_of_the_server_over_the_seams_of_its_parts(heard: Heard) -> None:
    played, whole = (
        heard.listen(3.0, 2.8, "Home", "ArrowRight"),
        heard.stems.sum(0),
    )  # over the seam after 4 s
    begin = place_of(played[:, :KEY], whole)
    assert begin < 4 * RATE_HZ < begin + played.shape[1]
    assert np.abs(played - whole[:, begin : begin + played.shape[1]]).max() < EXACT


def test_a_muted_track_is_gone_within_five_milliseconds_and_nothing_else_changes(
    heard: Heard,
) -> None:
    chords = [track["role"] for track in stored(heard.page, "shown")["tracks"]].index("chords")
    heard.page.get_by_role("button", name="Mute Chords").click()
    others = heard.stems.sum(0) - heard.stems[chords]
    played = heard.listen(1.0, 0.5)
    begin = place_of(played[:, :KEY], others)
    assert np.abs(played - others[:, begin : begin + played.shape[1]]).max() < EXACT


@pytest.mark.slow
def test_a_loop_turns_at_its_very_sample_every_time(heard: Heard) -> None:
    page = heard.page
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("l")
    page.wait_for_timeout(500)
    view = stored(page, "shown")
    assert page.locator(".edit-what").inner_text().lower().startswith("bar 1")
    ticks, seconds = zip(*view["times"], strict=True)
    end = round(float(np.interp(view["bars"][1], ticks, seconds)) * RATE_HZ)
    turn_s, whole = end / RATE_HZ, heard.stems.sum(0)
    played = heard.listen(2.6 * turn_s + 0.5, 2.6 * turn_s)
    middle = whole[:, end // 2 : end // 2 + KEY]
    turns = places_of(middle, played)
    assert len(turns) >= 2 and set(np.diff(turns)) == {end}
    first = turns[0] + end // 2  # between the middles of two turns all but a cross-fade is the song's own
    border = turns[0] - end // 2 + end
    assert np.abs(played[:, turns[0] : border - FADE] - whole[:, end // 2 : end - FADE]).max() < EXACT
    assert np.abs(played[:, border:first] - whole[:, : first - border]).max(initial=0) < EXACT
