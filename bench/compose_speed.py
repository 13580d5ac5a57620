"""How long a song of 32 bars takes: warm, cold, and its sound. `OMP_NUM_THREADS=1 python bench/compose_speed.py`.

Nine requests in two languages, each for four tracks (melody, chords, bass, drums) and as it would be without saying
so; the median and the slowest, by the clock and by what the processor did. Warm: the second song of a process and
later ones. Cold: whole commands that write MIDI alone. Sound: seconds of music over seconds of rendering.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from aoede import compose, synth
from aoede.song import Song

REQUESTS = (
    "a song that expresses hope and wonder",
    "a sad waltz about the sea in D minor",
    "an angry march about the city at night",
    "a lullaby for my daughter",
    "joyful folk song about summer",
    "一首表达希望和惊奇的歌",
    "悲伤的华尔兹，关于大海",
    "夏天的快乐民谣",
    "孤独的路，慢板",
)
FOUR_TRACKS = "piano, guitar, bass, drums"
BARS = 32

Seconds = tuple[float, float]  # by the clock, by what the processor did


def measured(action: Callable[[], object]) -> Seconds:
    """Of this process and of those that it waits for."""
    began = time.perf_counter(), processor_s()
    action()
    return time.perf_counter() - began[0], processor_s() - began[1]


def processor_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def told(what: str, found: list[Seconds], allowed_s: float) -> None:
    (clock_s, most_clock_s), (cpu_s, most_cpu_s) = (
        (statistics.median(times), max(times)) for times in zip(*found, strict=True)
    )
    print(
        f"{what:<34} {clock_s:5.2f} s ({most_clock_s:.2f})    {cpu_s:5.2f} s ({most_cpu_s:.2f})    {allowed_s:.1f} s"
    )


def cold(request: str, folder: str) -> None:
    command = ["compose", request, "--bars", str(BARS), "--instruments", FOUR_TRACKS, "--seed", "1"]
    subprocess.run(
        [sys.executable, "-m", "aoede", *command, "--files", "mid", "--force"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def main() -> None:
    for request in (REQUESTS[0], REQUESTS[-1]):  # models of both languages are read
        compose(request, seed=1, bars=BARS)
    songs: list[Song] = []

    def make(request: str, instruments: str | None) -> Callable[[], None]:
        return lambda: songs.append(compose(request, seed=1, bars=BARS, instruments=instruments))

    print(f"{BARS} bars{'':<27} by the clock (slowest) processor (slowest) allowed")
    for what, instruments in (("warm, four tracks", FOUR_TRACKS), ("warm, instruments as they come", None)):
        told(what, [measured(make(request, instruments)) for request in REQUESTS], 1.0)
    with tempfile.TemporaryDirectory() as folder:
        cold(REQUESTS[0], folder)  # once to warm the disk
        told("cold command, MIDI alone", [measured(lambda r=r: cold(r, folder)) for r in REQUESTS], 3.0)
    synth.default_soundfont()
    times = [
        (song.duration_s / clock_s, song.duration_s / cpu_s)
        for song in songs[: len(REQUESTS)]
        for clock_s, cpu_s in [measured(lambda song=song: synth.render(song))]
    ]
    clock, cpu = (statistics.median(found) for found in zip(*times, strict=True))
    print(
        f"sound: {clock:.0f} times real time by the clock, {cpu:.0f} by the processor; at least 20 are asked"
    )


if __name__ == "__main__":
    main()
