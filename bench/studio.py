"""The studio: how long one waits, what it bears, how much the page weighs.

    python bench/studio.py [DATA]

A real server is started in an empty folder (DATA is not used). Prints Markdown:

1. songs of 32 and of 128 bars: until the first notes are told, until the song is done, until its sound can be played
   from the beginning, until all of its sound is there;
2. cancelling: until a job that was running is told to be cancelled, and until the next song is done;
3. a crowd: 64 clients with 10 requests each for songs of 8 bars, beside the same songs one after another;
4. the page: its bytes, as they are and compressed.

The page in a browser is measured by tests/test_studio_page_slow.py.
"""

import gzip
import hashlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.studio_server import Client, running

WISHES = (
    "a song that expresses hope and wonder", "我想要一首表达希望和奇迹的歌", "the house is empty now",
    "一首关于大海的歌", "a slow waltz about the sea", "rain on the last day of summer",
    "故乡的月亮", "a road song, fast and happy",
    "a lullaby for my daughter", "anger at the machine",
)  # fmt: skip
N_CLIENTS, N_EACH, N_CANCELLED, N_BARS = 64, 10, 20, 8
WEB = Path(__file__).parent.parent / "src" / "aoede" / "studio" / "web"


def main() -> None:
    with tempfile.TemporaryDirectory() as home, running(Path(home)) as client:
        client.timeout_s = 600
        for n_bars in (32, 128):
            _songs(client, n_bars)
        _cancelling(client)
        _crowd(client)
    _page()


def _row(name: str, values: Sequence[float], unit: str = "s") -> None:
    ordered = sorted(values)
    worst = ordered[-1]
    print(
        f"| {name} | {median(ordered):.2f} {unit} | {ordered[int(0.95 * (len(ordered) - 1))]:.2f} | {worst:.2f} |"
    )


def _songs(client: Client, n_bars: int) -> None:
    """From the request to the notes, the song, its sound."""
    times: dict[str, list[float]] = {
        "first notes": [],
        "song": [],
        "can be played": [],
        "all of its sound": [],
    }
    for seed, wish in enumerate(WISHES):
        began = time.perf_counter()
        job = client.post("/songs", {"request": wish, "seed": seed, "options": {"bars": n_bars}})
        first, version = None, ""
        for event in client.events(job["id"]):
            if event["event"] == "part" and first is None:
                first = time.perf_counter() - began
            if event["event"] == "done":
                version = event["result"]["version"]["id"]
        times["first notes"].append(first or 0.0)
        times["song"].append(time.perf_counter() - began)
        job = client.post(f"/versions/{version}/sound")
        for event in client.events(job["id"]):
            if event["event"] == "beginning":
                client.call("GET", f"/versions/{version}/sound.pcm", **{"from": 0, "count": 176_400})
                times["can be played"].append(time.perf_counter() - began)
        times["all of its sound"].append(time.perf_counter() - began)
    print(f"\n{len(WISHES)} songs of {n_bars} bars, from the request on:\n")
    print("| until | median | 95 % | worst |\n|---|---|---|---|")
    for name, values in times.items():
        _row(name, values)
    waits = [heard - done for heard, done in zip(times["can be played"], times["song"], strict=True)]
    _row("from the song to where it can be played", waits)


def _cancelling(client: Client) -> None:
    cancelled, after = [], []
    for seed in range(N_CANCELLED):
        job = client.post("/songs", {"request": "hope", "seed": seed, "options": {"bars": 512}})
        client.until(job["id"], lambda found: found["state"] == "running")
        time.sleep(0.05 * (seed % 5))
        began = time.perf_counter()
        client.call("DELETE", f"/jobs/{job['id']}")
        client.until(job["id"], lambda found: found["state"] in ("cancelled", "done"))
        cancelled.append(time.perf_counter() - began)
        client.made("/songs", {"request": "hope", "seed": seed, "options": {"bars": 4}})
        after.append(time.perf_counter() - began)
    print(f"\n{N_CANCELLED} jobs cancelled while they ran:\n")
    print("| until | median | 95 % | worst |\n|---|---|---|---|")
    _row("it is cancelled", cancelled)
    _row("and the next song of 4 bars is done", after)


def _song_of(client: Client, seed: int) -> tuple[int, str, float]:
    """Status, what the song is, and seconds; a request that is refused for now is sent again when it says."""
    began = time.perf_counter()
    while True:
        answer = client.call(
            "POST", "/songs", {"request": "hope", "seed": seed, "options": {"bars": N_BARS}}, wait=1
        )
        if answer.status != 503:
            break
        time.sleep(min(2.0, float(answer.headers["retry-after"])))
    view = answer.json["view"] if answer.status == 200 else {}
    told = repr([view.get(name) for name in ("title", "tracks", "chords", "syllables", "recipe")])
    return answer.status, hashlib.sha256(told.encode()).hexdigest(), time.perf_counter() - began


def _crowd(client: Client) -> None:
    seeds = range(N_CLIENTS * N_EACH)
    alone = {seed: _song_of(client, seed)[1] for seed in seeds}
    health, is_over = list[float](), Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            began = time.perf_counter()
            client.call("GET", "/healthz")
            health.append(time.perf_counter() - began)

    watcher = Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    with ThreadPoolExecutor(N_CLIENTS) as pool:
        found = list(pool.map(lambda seed: _song_of(client, seed), seeds))
    seconds = time.perf_counter() - began
    is_over.set()
    watcher.join()
    statuses = Counter(status for status, _, _ in found)
    equal = sum(alone[seed] == told for seed, (_, told, _) in zip(seeds, found, strict=True))
    print(f"\n{N_CLIENTS} clients with {N_EACH} requests each, songs of {N_BARS} bars: {seconds:.1f} s;")
    print(f"statuses {dict(statuses)}; {equal} of {len(found)} equal to the same song made alone.\n")
    print("| | median | 95 % | worst |\n|---|---|---|---|")
    _row("a song", [each[2] for each in found])
    _row("/healthz meanwhile", health)


def _page() -> None:
    files = sorted(WEB.iterdir())
    whole = sum(path.stat().st_size for path in files)
    packed = sum(len(gzip.compress(path.read_bytes())) for path in files)
    print(f"\nThe page: {len(files)} files, {whole / 1000:.0f} kB, {packed / 1000:.0f} kB compressed.")


if __name__ == "__main__":
    main()
