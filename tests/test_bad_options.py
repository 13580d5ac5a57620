"""Command lines that cannot be obeyed: each is refused with what, where, what would work; nothing is written."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from aoede import compose, export
from aoede.formats import midi
from aoede.song import Note, Song, Track
from tests.command import Run

RUBBISH = bytes(range(256)) * 8
TUNE = Song("Tune", (Track("Lead", tuple(Note(i * 480, 60 + i % 5, 480, 80) for i in range(16))),))
FILES: Mapping[str, bytes] = {
    "empty.mid": b"", "rubbish.mid": RUBBISH, "tune.mid": midi.to_bytes(TUNE), "empty.txt": b"",
    "blank.txt": b" \n\n \n",
    "rubbish.txt": RUBBISH, "huge.txt": b"la " * 40_000, "huge.mid": bytes(20_000_001),
    "long.txt": b"\n".join(b"a line of words number %d" % i for i in range(60)),
    "half.json": b'{"recipe": {"request": 1}}',
}  # fmt: skip

# What follows `aoede`, the exit code, and what the answer has in it.
BAD: tuple[tuple[tuple[str, ...], int, tuple[str, ...]], ...] = (
    (("compose", "x", "--key", "H#"), 2, ("--key", "F# minor")),
    (("compose", "x", "--key", "C dorion"), 2, ("--key", "dorian")),
    (("compose", "x", "--mode", "dorion"), 2, ("--mode", "Did you mean 'dorian'")),
    (("compose", "x", "--key", "C minor", "--mode", "major"), 2, ("--mode", "Leave one away")),
    (("compose", "x", "--bars", "0"), 2, ("--bars", "between 1 and 512")),
    (("compose", "x", "--bars", "-3"), 2, ("--bars", "between 1 and 512")),
    (("compose", "x", "--bars", "four"), 2, ("--bars", "four")),
    (("compose", "x", "--chords", "C xyz"), 2, ("--chords", "'xyz' in bar 2", "F#m7")),
    (("compose", "x", "--chords", " | | "), 2, ("--chords", "bar 1 is empty")),
    (("compose", "x", "--form", "verse foo"), 2, ("--form", "'foo'", "chorus")),
    (("compose", "x", "--form", "verse:8 chorus:8", "--bars", "12"), 2, ("--bars", "16")),
    (("compose", "x", "--instruments", "kazoo"), 2, ("--instruments", "'kazoo'", "piano")),
    (("compose", "x", "--instruments", "bass"), 2, ("--instruments", "bass alone", "piano, bass")),
    (("compose", "x", "--style", "techno-polka"), 2, ("--style", "waltz")),
    (("compose", "x", "--tempo", "0"), 2, ("--tempo", "between 20 and 300")),
    (("compose", "x", "--tempo", "nan"), 2, ("--tempo", "between 20 and 300")),
    (("compose", "x", "--meter", "4/5"), 2, ("--meter", "6/8")),
    (("compose", "x", "--density", "2"), 2, ("--density", "between 0 and 1")),
    (("compose", "x", "--register", "loud"), 2, ("--register", "low, medium, high")),
    (("compose", "x", "--seed", "-1"), 2, ("--seed", "between 0")),
    (("compose", "x", "--candidates", "99"), 2, ("--candidates", "between 1 and 16")),
    (("compose", "  "), 65, ("the request is empty", "Say what you feel")),
    (("compose", "x", "--lyrics", "long.txt", "--form", "verse"), 2, ("--lyrics", "8 lines, not 60")),
    (("compose", "x", "--lyrics", "empty.txt"), 65, ("empty.txt", "no words", "--no-lyrics")),
    (("compose", "x", "--lyrics", "blank.txt"), 65, ("blank.txt", "no words")),
    (("compose", "x", "--lyrics", "rubbish.txt"), 65, ("rubbish.txt", "no text file", "UTF-8")),
    (("compose", "x", "--lyrics", "huge.txt"), 65, ("huge.txt", "100,000 bytes")),
    (("compose", "x", "--lyrics", "tune.mid"), 65, ("tune.mid", "MIDI file")),
    (("compose", "x", "--lyrics", "none.txt"), 66, ("none.txt", "no such file")),
    (("compose", "x", "--lyrics", "long.txt", "--no-lyrics"), 2, ("--lyrics", "contradict")),
    (("compose", "x", "--melody", "empty.mid"), 65, ("empty.mid", "empty", "MIDI")),
    (("compose", "x", "--melody", "rubbish.mid"), 65, ("rubbish.mid", "not a MIDI file")),
    (("compose", "x", "--melody", "huge.mid"), 65, ("huge.mid", "20,000,000 bytes")),
    (("compose", "x", "--melody", "long.txt"), 65, ("long.txt", "not a MIDI file")),
    (("compose", "x", "--melody", "tune.mid", "--bars", "9"), 2, ("--bars", "4 bars, not 9")),
    (("compose", "x", "--melody", "tune.mid", "--density", "low"), 2, ("--density", "Leave --density away")),
    (("compose", "x", "--out", "long.txt"), 73, ("long.txt", "is a file", "long.mid")),
    (("compose", "x", "--out", "song.doc"), 2, ("--out", ".doc", "song.mid")),
    (("compose", "x", "--out", "song.midi"), 2, ("--out", ".midi", "song.mid")),
    (("compose", "x", "--out", "song.mid", "--files", "mp3"), 2, ("--out", "leave --files away")),
    (("compose", "x", "--out", "song.mid", "--stems"), 2, ("--out", "leave --stems away")),
    (("compose", "x", "--out", "song.mid", "--count", "2"), 2, ("--out", "2 songs")),
    (("compose", "x", "--files", "exe"), 2, ("--files", ".exe", "musicxml")),
    (("compose", "--recipe", "half.json"), 65, ("recipe cannot be read",)),
    (("compose", "--recipe", "tune.mid"), 65, ("tune.mid", "no recipe")),
    (("compose", "--recipe", "rubbish.mid"), 65, ("rubbish.mid", "no file of a song")),
    (("compose", "--recipe", "tune.mid", "--bars", "8"), 2, ("--recipe", "--bars", "says everything")),
    (("harmonise", "tune.mid", "--key", "F# major"), 2, ("--key", "not in F# major", "most likely")),
    (("harmonise", "tune.mid", "--out", "song.pdf"), 2, ("--out", ".pdf", "song.mid")),
    (("regenerate", "tune.mid"), 65, ("tune.mid", "no recipe", "aoede harmonise")),
    (("sample", "melody", "--out", "song.pdf"), 2, ("--out", ".pdf")),
    (("sample", "melody", "--count", "2", "--out", "song.mid"), 2, ("--out", "leave --count away")),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "told"), BAD, ids=lambda value: " ".join(map(str, value))[:60]
                         if isinstance(value, tuple) else None)  # fmt: skip
def test_what_cannot_be_obeyed_is_refused_with_what_would_work(
    arguments: tuple[str, ...], code: int, told: tuple[str, ...], aoede: Run, tmp_path: Path
) -> None:
    for name, data in FILES.items():
        if name in arguments:
            (tmp_path / name).write_bytes(data)
    before = sorted(tmp_path.iterdir())
    done = aoede(*arguments)
    assert done.code == code, done.err
    assert done.out == "" and done.err.startswith("error: ")
    for part in told:
        assert part in done.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_name_is_taken_as_the_one_file_to_write(aoede: Run, tmp_path: Path) -> None:
    assert aoede("compose", "x", "--bars", "2", "--seed", "1", "--out", "one.musicxml").code == 0
    assert aoede("sample", "melody", "--seed", "1", "--bars", "2", "--out", "two.mid").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.musicxml", "two.mid"]
    song = compose("x", bars=2, seed=1)
    assert (tmp_path / "one.musicxml").read_bytes() == export.to_bytes(song, ".musicxml")


def test_a_folder_may_have_a_dot_in_its_name(aoede: Run, tmp_path: Path) -> None:
    done = aoede("compose", "x", "--bars", "2", "--files", "mid", "--out", "take.2")
    assert done.code == 0 and len(list((tmp_path / "take.2").iterdir())) == 1
