"""Compose the songs of docs/songs again: twelve requests, seed 1 each, none picked. And what the shipped RBM plays.

make gallery
"""

from pathlib import Path

import aoede
from aoede.account import report_of
from aoede.cli.composition import as_text
from aoede.compose import chosen, fill
from aoede.sketches import sketch

FOLDER = Path(__file__).parent.parent / "docs" / "songs"
SEED = 1
SUFFIXES = (".mid", ".png", ".svg", ".lrc")
REQUESTS = {
    "hope-and-wonder": "a song that expresses hope and wonder",
    "last-train": "the last train home, and nobody waiting",
    "sea-waltz": "a slow waltz in D minor, about the sea",
    "factory": "furious, they shut the factory down",
    "lullaby": "a lullaby for my daughter",
    "roof": "dancing on the roof with all my friends",
    "xiwang-he-qiji": "我想要一首表达希望和奇迹的歌",
    "yuye": "雨夜里一个人想念远方的朋友",
    "jieri": "欢快的节日舞曲，快板",
    "baofengyu": "愤怒的暴风雨",
    "xiaohe": "故乡的小河，安静而温暖",
    "libie": "离别的车站，为钢琴和大提琴",
}


SAMPLES = {
    "rbm": {},
    "rbm-bright-and-lively": {"mood": "bright and lively"},
    "rbm-calm-and-sad": {"mood": "calm and sad", "key": "D minor"},
}
PLAYED = {
    "hope-and-wonder-rbm": "a song that expresses hope and wonder",
    "yuye-rbm": "雨夜里一个人想念远方的朋友",
}


def sample_of(name: str, options: dict[str, str]) -> str:
    """Write the files of one sample of the shipped RBM and return its part of the page."""
    mood = aoede.mood_of(options["mood"]) if "mood" in options else None
    song = aoede.sample("rbm", seed=SEED, n_bars=8, mood=mood, key=options.get("key"))[0]
    aoede.export.write(song, FOLDER / f"{name}.mid", force=True)
    aoede.export.write(song, FOLDER / f"{name}.png", force=True)
    stated = "".join(f" --{option} {value!r}" for option, value in options.items())
    return "\n".join(
        [
            f"```\naoede sample rbm --seed {SEED}{stated}\n```\n",
            f"![piano roll of a sample of the RBM]({name}.png)\n",
            f"[MIDI]({name}.mid)\n",
        ]
    )


def page_of(name: str, request: str, harmony: str | None = None) -> str:
    """Write the files of one song and return its part of the page."""
    planned = chosen(sketch(request, seed=SEED, harmony=harmony))
    song = fill(planned)
    for suffix in SUFFIXES:
        aoede.export.write(song, FOLDER / f"{name}{suffix}", force=True)
    links = [("MIDI", ".mid"), ("score", ".svg"), ("lyrics", ".lrc")]
    stated = f" --harmony {harmony}" if harmony else ""
    return "\n".join(
        [
            f"## {song.title}\n",
            f"```\naoede compose {request!r} --seed {SEED}{stated}\n",
            f"{as_text(report_of(planned, song, [], 0.0), files=False)}\n```\n",
            f"![piano roll of {song.title}]({name}.png)\n",
            " · ".join(f"[{what}]({name}{suffix})" for what, suffix in links) + "\n",
        ]
    )


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = (
        f"# Twelve songs\n\nEach is the first that came (`--seed {SEED}`), none was picked;"
        " `make gallery` makes them again.\n"
    )
    pages = [page_of(name, request) for name, request in REQUESTS.items()]
    pages.append(
        "# What the RBM plays\n\nBits of a piano roll, a bar at a time, each bar drawn after the one before.\n"
    )
    pages += [sample_of(name, options) for name, options in SAMPLES.items()]
    pages.append("# Songs whose chords the RBM plays\n")
    pages += [page_of(name, request, "rbm") for name, request in PLAYED.items()]
    (FOLDER / "README.md").write_text("\n".join([head, *pages]), encoding="utf-8")


if __name__ == "__main__":
    main()
