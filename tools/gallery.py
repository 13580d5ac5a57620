"""Compose the songs of docs/songs again: six requests, seed 1 each, none picked. And what the shipped RBM plays.

make gallery
"""

from pathlib import Path

import aoede
from aoede.cli.make import chords_by_section
from aoede.formats.general_midi import program_name
from aoede.music.measures import measure

FOLDER = Path(__file__).parent.parent / "docs" / "songs"
SEED = 1
REQUESTS = {
    "hope-and-wonder": "a song that expresses hope and wonder",
    "xiwang-he-qiji": "我想要一首表达希望和奇迹的歌",
    "last-train": "the last train home, and nobody waiting",
    "yuye": "雨夜里一个人想念远方的朋友",
    "sea-waltz": "a slow waltz in D minor, about the sea",
    "jieri": "欢快的节日舞曲，快板",
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
    sketch = aoede.sketch(request, seed=SEED)
    song = aoede.compose(request, seed=SEED, harmony=harmony)
    aoede.export.write(song, FOLDER / f"{name}.mid", force=True)
    aoede.export.write(song, FOLDER / f"{name}.png", force=True)
    mood, plan = sketch.mood, sketch.plan
    feelings = ", ".join(f"{feeling} {weight:.0%}" for feeling, weight in mood.feelings.items()) or "none"
    instruments = ", ".join(f"{role} {program_name(n).lower()}" for role, n in plan.programs.items())
    found = measure(song)
    lines = [
        f"## {song.title}\n",
        f"```\naoede compose {request!r} --seed {SEED}{f' --harmony {harmony}' if harmony else ''}\n```\n",
        f"Understood: {', '.join(mood.keywords)}; valence {mood.valence:+.2f}, arousal {mood.arousal:+.2f};"
        f" feelings {feelings}.  ",
        f"Planned: {plan.key}, {plan.tempo_bpm:g} bpm, {plan.meter.numerator}/{plan.meter.denominator},"
        f" {plan.bars} bars; {instruments}.  ",
        f"Measured: {found.key} (clarity {found.key_clarity:.2f}), {found.notes_per_second:.1f} notes a second.\n",
        "| section | chords |\n|---|---|",
        *(f"| {row['section']} | {' · '.join(row['bars'])} |" for row in chords_by_section(song)),
        f"\n![piano roll of {song.title}]({name}.png)\n",
        f"[MIDI]({name}.mid)\n",
    ]
    return "\n".join(lines)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = (
        f"# Six songs\n\nEach is the first that came (`--seed {SEED}`), none was picked;"
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
