"""How long a person waits: whole processes, started cold, the median of five.

python bench/speed.py
"""

import statistics
import subprocess
import sys
import tempfile
import time

SONG = ["compose", "a song that expresses hope and wonder", "--bars", "32", "--seed", "1", "--force"]
WAITS = {  # what is waited for: (arguments, seconds that it may take)
    "aoede --help": (["--help"], 0.3),
    "32 bars: MIDI, picture, JSON": ([*SONG, "--audio", "none"], 2.0),
    "32 bars: MIDI, picture, JSON, WAV": (SONG, 5.0),
    "32 bars: MIDI, picture, JSON, MP3": ([*SONG, "--audio", "mp3"], 8.0),
    "中文, 32 bars: MIDI, picture, JSON": (
        ["compose", "我想要一首表达希望和奇迹的歌", "--seed", "1", "--force", "--audio", "none"],
        2.0,
    ),
}


def seconds_of(arguments: list[str], folder: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "aoede", *arguments], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    print(f"{'whole process':<40} median    allowed")
    with tempfile.TemporaryDirectory() as folder:
        for name, (arguments, allowed_s) in WAITS.items():
            seconds_of(arguments, folder)  # once to warm the disk
            median_s = statistics.median(seconds_of(arguments, folder) for _ in range(5))
            print(f"{name:<40} {median_s:5.2f} s   {allowed_s:.1f} s")


if __name__ == "__main__":
    main()
