"""A folder of anybody's files becomes songs, an account of every file, a manifest, and two sides."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import DeniedError, InputError, MissingError, UsageError
from aoede.formats import archive, midi
from aoede.formats.table import Columns
from aoede.learning import documents
from aoede.learning.account import Entry, Manifest, Report, Row, differences
from aoede.learning.dataset import Dataset, Item, Limits, from_folder, split
from aoede.learning.fingerprint import fingerprint
from aoede.learning.texts import Document
from aoede.song import Note, Song, Track

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")
as_root = not hasattr(os, "geteuid") or os.geteuid() == 0


def tune(seed: int, n_notes: int = 40) -> Song:
    """A melody in eighths and quarters over a bass."""
    rng = np.random.default_rng(seed)
    starts = np.cumsum(rng.choice([240, 480], n_notes))
    pitches = 67 + np.cumsum(rng.integers(-4, 5, n_notes)) % 12
    melody = tuple(Note(int(a), int(p), 200, 80) for a, p in zip(starts, pitches, strict=True))
    bass = tuple(Note(int(a), 40 + int(rng.integers(8)), 400, 60) for a in starts[::4])
    return Song(f"tune {seed}", (Track("Melody", melody, role="melody"), Track("Bass", bass, role="bass")))


def put(path: Path, song: Song | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(song if isinstance(song, bytes) else midi.to_bytes(song))
    return path


def rows(report: Report) -> dict[str, tuple[str, str]]:
    return {row.path: (row.outcome, row.reason) for row in report.rows}


# Reading


def test_every_file_of_a_known_kind_has_exactly_one_row(tmp_path: Path) -> None:
    sound = midi.to_bytes(tune(1))
    put(tmp_path / "b" / "sound.mid", sound)
    put(tmp_path / "a.MIDI", tune(2))
    put(tmp_path / "c" / "again.mid", sound)
    put(tmp_path / "cut.mid", midi.to_bytes(tune(3))[:-40])
    put(tmp_path / "junk.mid", b"no music " * 20)
    put(tmp_path / "silent.mid", Song("", ()))
    put(tmp_path / "empty.kar", b"")
    put(tmp_path / "notes.txt", b"text")
    put(tmp_path / "README", b"text")
    put(tmp_path / "large.mid", bytes(5000))
    seen: list[tuple[int, int]] = []
    data = from_folder(tmp_path, limits=Limits(max_file_bytes=4000), on_file=lambda *at: seen.append(at))
    assert rows(data.report) == {
        "a.MIDI": ("read", ""),
        "b/sound.mid": ("read", ""),
        "c/again.mid": ("skipped", "duplicate"),
        "cut.mid": ("repaired", ""),
        "empty.kar": ("skipped", "damaged"),
        "junk.mid": ("skipped", "damaged"),
        "large.mid": ("skipped", "too large"),
        "silent.mid": ("skipped", "no notes"),
    }
    assert [item.path for item in data.items] == ["a.MIDI", "b/sound.mid", "cut.mid"]
    assert data.items[0].value == midi.from_bytes(midi.to_bytes(tune(2))).song
    assert data.report.others == {".txt": 1, "": 1}
    assert set(data.manifest.files) == set(rows(data.report))
    assert seen == [(i, 8) for i in range(1, 9)]


def test_the_report_tells_in_one_line_and_in_few(tmp_path: Path) -> None:
    put(tmp_path / "a.mid", tune(1))
    put(tmp_path / "b.mid", tune(1))
    put(tmp_path / "c.mid", b"junk")
    put(tmp_path / "d.mid", midi.to_bytes(tune(3))[:-40])
    put(tmp_path / "e.txt", b"")
    report = from_folder(tmp_path).report
    assert report.summary() == (
        "4 files: 1 read, 1 repaired, 2 skipped (1 duplicate, 1 damaged); 1 of other kinds"
    )
    lines = report.lines(10)
    assert lines[0] == "b.mid skipped (duplicate): the same bytes as a.mid"
    assert lines[1].startswith("c.mid skipped (damaged): this is not a MIDI file")
    assert lines[2].startswith("d.mid repaired: ") and lines[3] == "other kinds: 1 .txt"
    assert len(lines) == 4
    assert report.lines(2) == [lines[0], "and 3 more"]
    assert json.loads(json.dumps(report.as_json()))["files"][1]["reason"] == "duplicate"


def test_a_repaired_file_names_its_repairs_but_not_all_of_hundreds() -> None:
    row = Row("a.mid", "repaired", remarks=("one", "two", "three", "four", "five"))
    assert str(row) == "a.mid repaired: one; two; three; and 2 more"


def test_a_folder_where_a_tenth_is_broken_is_read_and_each_broken_file_named_with_its_reason(
    tmp_path: Path,
) -> None:
    for i in range(150):
        put(tmp_path / f"{i:03}.mid", tune(i))
    whole = midi.to_bytes(tune(5))
    broken = {
        "005.mid": (whole[: len(whole) // 2], "repaired", "", "the last event is cut off"),
        "015.mid": (np.random.default_rng(1).bytes(900), "skipped", "damaged", "not a MIDI file"),
        "025.mid": (b"", "skipped", "damaged", "this file is empty"),
        "035.mid": (b"Dear diary, no music today.\n" * 9, "skipped", "damaged", "not a MIDI file"),
        "045.mid": (whole[:14], "skipped", "damaged", "without any track"),
        "055.mid": (b"", "skipped", "damaged", "this file is empty"),
        "065.mid": (whole[:20] + b"\xff" * 300, "skipped", "damaged", "no note that can be read"),
    }
    broken |= {
        f"{i}5.mid": (f"text {i}".encode(), "skipped", "damaged", "not a MIDI file") for i in range(10, 15)
    }
    broken |= {f"0{i}5.mid": (b"%PDF", "skipped", "damaged", "not a MIDI file") for i in (7, 8, 9)}
    for name, (data, *_) in broken.items():
        put(tmp_path / name, data)
    report = from_folder(tmp_path).report
    told = {row.path: row for row in report.rows if row.outcome != "read"}
    assert len(told) == len(broken) == 15 and report.n("read") == 135
    for name, (_, outcome, reason, said) in broken.items():
        assert (told[name].outcome, told[name].reason) == (outcome, reason)
        assert said in str(told[name])
    assert all(any(line.startswith(name) for line in report.lines(99)) for name in broken)


def test_a_copy_of_a_file_that_cannot_be_used_has_the_reason_of_the_first(tmp_path: Path) -> None:
    for name, data in {"a": b"", "b": b"", "c": b"junk", "d": b"", "e": b"junk"}.items():
        put(tmp_path / f"{name}.mid", data)
    put(tmp_path / "f.mid", tune(1))
    put(tmp_path / "g.mid", tune(1))
    found = from_folder(tmp_path).report
    assert {row.path[0]: (row.reason, *row.remarks[:1]) for row in found.rows} == {
        **dict.fromkeys("abd", ("damaged", "this file is empty")),
        **dict.fromkeys("ce", ("damaged", "this is not a MIDI file")),
        "f": ("",),
        "g": ("duplicate", "the same bytes as f.mid"),
    }


@pytest.mark.parametrize("n_together", [1, 2, 5])
def test_how_many_files_are_read_together_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_together: int
) -> None:
    pieces = [midi.to_bytes(tune(i)) for i in range(7)]
    pieces[3:3] = [b"", pieces[0], pieces[1][:-30], midi.to_bytes(Song("", ())), b"junk", pieces[0]]
    for i, data in enumerate(pieces):
        put(tmp_path / f"{i:02}.mid", data)
    put(tmp_path / "05b.npz", archive.to_bytes([np.eye(88, dtype=np.uint8)]))
    limits = Limits(max_files=12)
    whole = from_folder(tmp_path, kinds=("midi", "rolls"), limits=limits)
    monkeypatch.setattr(midi, "BATCH_FILES", n_together)
    again = from_folder(tmp_path, kinds=("midi", "rolls"), limits=limits)
    assert again.report == whole.report and again.manifest == whole.manifest
    assert [(i.path, i.fingerprint) for i in again.items] == [(i.path, i.fingerprint) for i in whole.items]
    assert [item.path for item in whole.items] == sorted(item.path for item in whole.items)
    assert [row.reason for row in whole.report.rows if row.path > "10"] == ["", "too large", "too large"]


def test_the_order_is_that_of_the_bytes_of_the_paths(tmp_path: Path) -> None:
    names = ["B.mid", "a.mid", "é.mid", "a/z.mid", "a-b.mid", "中.mid", "Z/1.mid", "a.mid.mid"]
    for i, name in enumerate(names):
        put(tmp_path / name, tune(i))
    found = [item.path for item in from_folder(tmp_path).items]
    assert found == sorted(names, key=str.encode)


def test_a_name_in_no_encoding_or_with_control_characters_is_no_trouble(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9\n\x1b[2J.mid")
    put(tmp_path / odd, tune(1))
    put(tmp_path / f"z{odd}", b"junk")
    data = from_folder(tmp_path)
    assert data.items[0].path == odd
    again = Manifest.from_json(json.loads(json.dumps(data.manifest.as_json())))
    assert again == data.manifest and again.digest == data.manifest.digest
    assert all(line.isprintable() for line in [*data.report.lines(9), *differences(again, Manifest({}))])


def test_one_file_is_taken_where_a_folder_is_expected(tmp_path: Path) -> None:
    path = put(tmp_path / "one.mid", tune(1))
    put(tmp_path / "other.mid", tune(2))
    assert [item.path for item in from_folder(path).items] == ["one.mid"]


def test_hidden_files_and_runs_are_passed_over_in_silence(tmp_path: Path) -> None:
    put(tmp_path / "a.mid", tune(1))
    put(tmp_path / "._a.mid", b"junk")
    put(tmp_path / ".git" / "b.mid", tune(2))
    put(tmp_path / "run" / "run.json", b"{}")
    put(tmp_path / "run" / "samples" / "c.mid", tune(3))
    report = from_folder(tmp_path).report
    assert rows(report) == {"a.mid": ("read", "")} and not report.others


def test_links_are_followed_but_never_in_circles_or_upwards(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "x.mid", tune(1))
    put(tmp_path / "sibling.mid", tune(2))
    folder = tmp_path / "data"
    put(folder / "deep" / "a.mid", tune(3))
    (folder / "deep" / "round").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "first").symlink_to(folder / "deep")
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "itself.mid").symlink_to(folder / "itself.mid")
    (folder / "nowhere.mid").symlink_to(folder / "gone.mid")
    assert rows(from_folder(folder).report) == {
        "deep/a.mid": ("read", ""),
        "linked/x.mid": ("read", ""),
        "itself.mid": ("skipped", "not readable"),
        "nowhere.mid": ("skipped", "not readable"),
    }


def test_links_that_fan_out_do_not_multiply_the_work(tmp_path: Path) -> None:
    put(tmp_path / "0" / "a.mid", tune(1))
    for level in range(1, 40):  # 2 ** 39 ways lead to the file
        (tmp_path / str(level)).mkdir()
        for name in "xy":
            (tmp_path / str(level) / name).symlink_to(tmp_path / str(level - 1))
    assert list(rows(from_folder(tmp_path / "39").report).values()) == [("read", "")]


def test_pipes_and_devices_are_skipped_without_waiting(tmp_path: Path) -> None:
    put(tmp_path / "a.mid", tune(1))
    os.mkfifo(tmp_path / "pipe.mid")
    (tmp_path / "zero.mid").symlink_to("/dev/zero")
    (tmp_path / "folder.mid").mkdir()
    report = from_folder(tmp_path).report
    assert rows(report)["pipe.mid"] == rows(report)["zero.mid"] == ("skipped", "not readable")
    assert len(report.rows) == 3
    with pytest.raises(InputError, match="not a regular file"):
        from_folder(tmp_path / "pipe.mid")


@pytest.mark.skipif(as_root, reason="root may read everything")
def test_what_may_not_be_read_is_a_row_or_for_the_folder_itself_an_error(tmp_path: Path) -> None:
    put(tmp_path / "a.mid", tune(1))
    put(tmp_path / "secret.mid", tune(2)).chmod(0)
    put(tmp_path / "closed" / "b.mid", tune(3)).parent.chmod(0)
    try:
        assert rows(from_folder(tmp_path).report) == {
            "a.mid": ("read", ""),
            "closed": ("skipped", "not readable"),
            "secret.mid": ("skipped", "not readable"),
        }
        with pytest.raises(DeniedError, match="no permission"):
            from_folder(tmp_path / "closed")
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_no_folder_or_nothing_usable_in_it_is_an_error_with_reasons(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such folder"):
        from_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no MIDI \(\.mid"):
        from_folder(tmp_path)
    with pytest.raises(MissingError, match="no such folder"):
        from_folder(Path("a\0b"))
    for i in range(9):
        put(tmp_path / f"{i}.mid", b"junk%d" % i)
    with pytest.raises(InputError, match=r"9 skipped \(9 damaged\)[^!]*0\.mid[^!]*2\.mid[^!]*and 6 more"):
        from_folder(tmp_path)
    with pytest.raises(UsageError, match="no kind 'opera'"):
        from_folder(tmp_path, kinds=("opera",))


def test_limits_leave_the_rest_out_and_say_so(tmp_path: Path) -> None:
    for i in range(4):
        put(tmp_path / f"{i}.mid", tune(i))
    n_bytes = (tmp_path / "0.mid").stat().st_size
    for limits in (Limits(max_files=2), Limits(max_total_bytes=int(2.5 * n_bytes))):
        report = from_folder(tmp_path, limits=limits).report
        assert [row.outcome for row in report.rows] == ["read", "read", "skipped", "skipped"]
        assert {row.reason for row in report.rows[2:]} == {"too large"}
    put(tmp_path / "late.mid", Song("", (Track("", (Note(0, 60, 480, 80), Note(480 * 900, 60, 480, 80))),)))
    cut = from_folder(tmp_path / "late.mid", limits=Limits(max_quarters=500))
    assert rows(cut.report) == {"late.mid": ("repaired", "")}
    assert cut.items[0].value.end_ticks < 480 * 501


# The manifest


def test_the_manifest_names_what_changed(tmp_path: Path) -> None:
    for i in range(3):
        put(tmp_path / f"{i}.mid", tune(i))
    put(tmp_path / "junk.mid", b"junk")
    old = from_folder(tmp_path).manifest
    assert from_folder(tmp_path).manifest.digest == old.digest
    assert differences(old, from_folder(tmp_path).manifest) == []
    put(tmp_path / "1.mid", tune(9))
    put(tmp_path / "junk.mid", b"knuj")
    (tmp_path / "2.mid").unlink()
    put(tmp_path / "new.mid", tune(5))
    new = from_folder(tmp_path).manifest
    assert differences(old, new) == [
        "1.mid was changed",
        "junk.mid was changed",
        "2.mid is missing",
        "new.mid is new",
    ]
    assert new.digest != old.digest


def test_many_differences_are_shortened_after_ten() -> None:
    many = Manifest({f"{i:02}.mid": Entry("", i) for i in range(34)})
    told = differences(many, Manifest({}))
    assert told[:10] == [f"{i:02}.mid is missing" for i in range(10)] and told[10:] == ["and 24 more"]
    eleven = Manifest({f"{i:02}.mid": Entry("", i) for i in range(11)})
    assert len(differences(eleven, Manifest({}))) == 11


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("digest"),
        lambda values: values.update(digest="0" * 64),
        lambda values: values["files"].update({"a.mid": ["0", 4]}),
        lambda values: values["files"].update({"a.mid": "x"}),
        lambda values: values.update(files=3),
    ],
)
def test_a_manifest_that_was_changed_is_refused(change) -> None:
    values = Manifest({"a.mid": Entry("abc", 3)}).as_json()
    change(values)
    with pytest.raises(InputError, match="damaged"):
        Manifest.from_json(values)


# The two sides


def items(seeds: list[int]) -> list[Item]:
    return [Item(f"{i}.mid", None, f"content {i}") for i in seeds]


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=60), st.integers(0, 5), st.floats(0.01, 0.99))
def test_every_piece_is_on_one_side_and_no_side_is_empty(
    seeds: list[int], seed: int, held_out: float
) -> None:
    pieces = items(seeds)
    train, valid = split(pieces, held_out, seed=seed)
    assert sorted([*train, *valid], key=pieces.index) == pieces
    assert not set(train) & set(valid)
    if len(pieces) > 1:
        assert train and valid
    if len(pieces) == 1:
        assert not valid


@given(st.integers(0, 10**6), st.integers(0, 3))
def test_another_file_moves_none_of_the_others(new: int, seed: int) -> None:
    pieces = items(list(range(2_000_000, 2_000_100)))
    train, valid = split(pieces, seed=seed)
    more_train, more_valid = split([*pieces[::-1], *items([new])], seed=seed)
    assert set(train) <= set(more_train) and set(valid) <= set(more_valid)


def test_about_a_tenth_is_held_out_and_another_seed_holds_out_others() -> None:
    pieces = items(list(range(3000)))
    first, second = (split(pieces, seed=seed)[1] for seed in (1, 2))
    assert 250 < len(first) < 350
    assert len(set(first) & set(second)) < 60
    assert split(pieces, seed=1)[1] == first
    assert split(pieces, 0.0, seed=1) == (tuple(pieces), ())
    for share in (-0.1, 1.0, float("nan")):
        with pytest.raises(UsageError, match="held out"):
            split(pieces, share, seed=1)


def in_other_clothes(song: Song, semitones: int, factor: int, delay_ticks: int) -> Song:
    """A copy in another key, at another pace, later, with other note lengths and instruments, and with drums."""
    tracks = [
        replace(
            track,
            program=40,
            notes=tuple(
                Note(n.start_ticks * factor + delay_ticks, n.pitch + semitones, 60, 99) for n in track.notes
            ),
        )
        for track in song.tracks
    ]
    drums = Track("Drums", tuple(Note(120 * i, 36, 60, 90) for i in range(200)), is_drum=True)
    return Song("copy", (*tracks, drums))


@settings(max_examples=30)
@given(st.integers(0, 999), st.integers(-6, 6), st.sampled_from([1, 2, 3]), st.integers(0, 2000))
def test_copies_of_a_piece_are_twins_and_other_pieces_are_not(
    seed: int, semitones: int, factor: int, delay_ticks: int
) -> None:
    copy = in_other_clothes(tune(seed), semitones, factor, delay_ticks)
    assert fingerprint(copy) == fingerprint(tune(seed)) != fingerprint(tune(seed + 1))


def test_most_versions_of_a_tune_are_twins() -> None:
    n_found = 0
    for seed in range(20):
        original = tune(seed, 120)
        melody = list(original.tracks[0].notes)
        melody[30] = replace(melody[30], pitch=melody[30].pitch + 2)
        version = replace(original, tracks=(Track("", tuple(melody[:-6])),))
        n_found += fingerprint(version) == fingerprint(original)
    assert n_found >= 12  # 92 of some 127 phrases are in both: 14 expected


def test_twins_are_never_on_both_sides(tmp_path: Path) -> None:
    for seed in range(12):
        put(tmp_path / f"{seed}.mid", tune(seed))
        put(tmp_path / f"copy of {seed}.mid", in_other_clothes(tune(seed), seed % 5 - 2, 1, 480))
    found = from_folder(tmp_path).items
    assert len(found) == 24
    for seed in range(10):
        train, valid = split(found, 0.3, seed=seed)
        assert not {item.fingerprint for item in train} & {item.fingerprint for item in valid}
        assert train and valid
    twins = [item for item in found if item.fingerprint == found[0].fingerprint]
    assert len(twins) == 2 and split(twins, 0.5, seed=1) == (tuple(twins), ())


def test_the_shortest_and_the_drummed_pieces_have_fingerprints_too() -> None:
    one, other = (Song("", (Track("", (Note(at, 60, 9, 80),)),)) for at in (0, 777))
    assert fingerprint(one) == fingerprint(other)
    drums = [Song("", (replace(tune(seed).tracks[0], is_drum=True),)) for seed in (1, 2)]
    assert fingerprint(drums[0]) != fingerprint(drums[1])
    chord = Song("", (Track("", tuple(Note(0, p, 480, 80) for p in (60, 64, 67))),))
    assert fingerprint(chord) == fingerprint(one)


# Texts


POEM = "\n".join(f"Line {word} of a poem by nobody that is known to anybody here" for word in "abcdefghij")


def verses(seed: int, n_words: int = 120) -> str:
    """Words in lines of eight; no two seeds have a stretch of eight words in common."""
    rng = np.random.default_rng(seed)
    words = ["".join(map(chr, 97 + rng.integers(0, 26, 6))) for _ in range(n_words)]
    return "\n".join(" ".join(words[i : i + 8]) for i in range(0, n_words, 8))


def _print(document: Document) -> str:
    return documents.prints(document)[1]


def texts(folder: Path, **options: object) -> Dataset:
    return from_folder(folder, kinds=("text",), **options)  # type: ignore[arg-type]


def test_a_folder_of_texts_gives_an_item_for_every_document_and_a_row_for_every_file(tmp_path: Path) -> None:
    put(tmp_path / "Emily" / "hope.txt", "\n\nHope is the thing\n".encode("utf-16"))
    put(tmp_path / "alone.md", b"No name stands here.\n")
    put(tmp_path / "songs.csv", b"artist,song,text\nABBA,M,la la\nX,Y,too,many\nQ,R,so so\n")
    put(tmp_path / "more.jsonl", '{"author":"李白","text":"床前看月光"}\n{"text":"nobody"}\n'.encode())
    put(tmp_path / "sung.lrc", b"[ar:Carol]\n[ti:X] \n[00:12.30]Hello <00:13.00>there\n[by:Y]\n[00:14]you\n")
    put(tmp_path / "blank.txt", b" \n\n")
    put(tmp_path / "empty.txt", b"")
    put(tmp_path / "picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0")
    put(tmp_path / "SOURCE.md", b"where it is from")
    put(tmp_path / "tune.mid", b"MThd")
    data = texts(tmp_path)
    found = [(i.path, i.value.text, dict(i.value.labels), i.value.line) for i in data.items]
    assert found == [
        ("Emily/hope.txt", "Hope is the thing", {"author": "Emily"}, 3),
        ("alone.md", "No name stands here.", {}, 1),
        ("more.jsonl", "床前看月光", {"author": "李白"}, 1),
        ("more.jsonl", "nobody", {}, 2),
        ("songs.csv", "la la", {"artist": "ABBA"}, 2),
        ("songs.csv", "so so", {"artist": "Q"}, 4),
        ("sung.lrc", "Hello there\n\nyou", {"artist": "Carol"}, 3),
    ]
    assert rows(data.report) == {
        "Emily/hope.txt": ("read", ""),
        "SOURCE.md": ("skipped", "about the files"),
        "alone.md": ("read", ""),
        "blank.txt": ("skipped", "no text"),
        "empty.txt": ("skipped", "no text"),
        "more.jsonl": ("read", ""),
        "picture.txt": ("skipped", "damaged"),
        "songs.csv": ("repaired", ""),
        "sung.lrc": ("read", ""),
    }
    assert "songs.csv repaired: row 3 has 4 fields, the header 3" in data.report.lines(9)
    assert any(
        "picture.txt skipped (damaged): this is no text file: it seems to be a PNG" in x
        for x in data.report.lines(9)
    )
    assert data.report.others == {".mid": 1} and set(data.manifest.files) == set(rows(data.report)) - {
        "SOURCE.md"
    }


def test_a_file_about_others_is_read_where_it_is_named(tmp_path: Path) -> None:
    readme = put(tmp_path / "README.md", b"words to learn from")
    assert [item.value.text for item in texts(readme).items] == ["words to learn from"]


def test_a_text_may_be_larger_than_another_file_and_one_that_is_too_large_is_to_be_split(
    tmp_path: Path,
) -> None:
    path = put(tmp_path / "a.txt", b"a " * 1000)
    assert texts(path, limits=Limits(max_file_bytes=10, max_text_bytes=2000)).items
    with pytest.raises(InputError, match="too large") as error:
        texts(path, limits=Limits(max_text_bytes=1999))
    assert "larger than 1,999 bytes; split it" in error.value.hint


def test_columns_are_passed_to_the_tables_and_wrong_ones_told(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b"who,words,text\nA,la,x\n")
    item = texts(path, columns=Columns("words", ("who",))).items[0]
    assert (item.value.text, item.value.labels) == ("la", {"who": "A"})
    with pytest.raises(InputError, match="no column 'lyric'; it has who, words, text"):
        texts(path, columns=Columns("lyric"))


def test_copies_of_a_text_are_left_out_and_counted(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", POEM.encode())
    put(tmp_path / "b.txt", POEM.upper().replace("\n", "\r\n\r\n").replace(" ", ", ").encode())
    put(
        tmp_path / "c.jsonl",
        "".join(json.dumps({"text": t}) + "\n" for t in (POEM, "new", "New!", "1", "2")).encode(),
    )
    data = texts(tmp_path)
    assert [item.value.text for item in data.items] == [POEM, "new", "1", "2"]
    assert rows(data.report)["b.txt"] == ("skipped", "duplicate")
    assert data.report.remarks == ("3 documents stand twice",)
    assert data.report.summary().endswith("; 3 documents stand twice")
    assert data.report.as_json()["remarks"] == ["3 documents stand twice"]


@settings(max_examples=30)
@given(st.integers(0, 999), st.integers(1, 7))
def test_texts_in_other_clothes_are_twins_and_other_texts_are_not(seed: int, per_line: int) -> None:
    words = verses(seed).split()
    again = "\n".join(" ".join(words[i : i + per_line]) for i in range(0, len(words), per_line))
    one, other, third = (
        Document(t, {}, "a.txt", 1) for t in (verses(seed), again.title() + "!", verses(seed + 1))
    )
    assert _print(one) == _print(other) != _print(third)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_AT_ONCE", 7)
        assert documents.prints(one) == documents.prints(other), "in whatever blocks words are hashed"


def test_most_versions_of_a_song_are_twins() -> None:
    n_found = 0
    for seed in range(40):
        words = verses(seed).split()
        version = [*words[:50], "another", *words[51:], "and", "an", "end"]
        pair = [Document(" ".join(part), {}, "a.txt", 1) for part in (words, version)]
        n_found += len({_print(one) for one in pair}) == 1
    assert n_found >= 29  # 105 of 124 stretches are in both: 34 expected


def test_in_scripts_without_spaces_a_character_is_a_word() -> None:
    lines = ["昨夜雨疏风骤", "浓睡不消残酒", "试问卷帘人", "却道海棠依旧", "知否知否", "应是绿肥红瘦"]
    prints = {_print(Document(mark.join(lines), {}, "a.txt", 1)) for mark in ("\n", "，", "。\n\n", "")}
    assert len(prints) == 1
    other = _print(Document("".join(lines[::-1]), {}, "a.txt", 1))
    assert other not in prints


def test_the_beginning_of_a_book_is_held_out_and_its_name_is_its_author(tmp_path: Path) -> None:
    book = "".join(f"{verses(i, 40)}\n\n" for i in range(100))
    put(tmp_path / "hamlet.txt", book.encode())
    for i in range(200, 240):
        put(tmp_path / "Emily" / f"{i}.txt", verses(i).encode())
    found = texts(tmp_path).items
    train, valid = split(found, 0.1, seed=1)
    rest, beginning = ([i.value for i in side if i.path == "hamlet.txt"] for side in (train, valid))
    assert len(beginning) == len(rest) == 1 and beginning[0].text + rest[0].text == book
    assert rest[0].labels == {"author": "hamlet"} and beginning[0].text.endswith("\n\n")
    assert abs(len(beginning[0].text) / len(book) - 0.1) < 0.02
    assert rest[0].line == 1 + beginning[0].text.count("\n")
    fifth = split(found, 0.2, seed=1)[1]
    assert (
        abs(sum(len(i.value.text) for i in fifth if i.cut is None and i.is_held_out) / len(book) - 0.2) < 0.02
    )
    assert split(found, 0.0, seed=1) == (tuple(found), ())
    assert {i.path for i in train} | {i.path for i in valid} == {i.path for i in found}
    assert split(texts(tmp_path / "hamlet.txt").items, 0.1, seed=1)[1][0].value.text == beginning[0].text


def test_a_loose_file_is_named_for_whose_work_it_holds_unless_it_is_short(tmp_path: Path) -> None:
    put(tmp_path / "emily_dickinson.txt", b"a line of hers\n" * 400)
    put(tmp_path / "fire and ice.txt", b"a line\n" * 40)
    put(tmp_path / "Poe" / "collected.txt", b"a line of his\n" * 400)
    labels = {item.path: item.value.labels for item in texts(tmp_path).items}
    assert labels == {
        "emily_dickinson.txt": {"author": "emily_dickinson"},
        "fire and ice.txt": {},
        "Poe/collected.txt": {"author": "Poe"},
    }


def test_a_book_with_a_twin_stays_whole_so_that_its_beginning_is_nowhere_learnt(tmp_path: Path) -> None:
    book = "".join(f"{verses(i, 40)}\n\n" for i in range(100))
    put(tmp_path / "one.txt", book.encode())
    put(tmp_path / "two.txt", (book + "The end of this edition.").encode())
    put(tmp_path / "three.txt", verses(500).encode())
    train, valid = split(texts(tmp_path).items, 0.4, seed=1)
    sides = [{i.path: i.value.text for i in side} for side in (train, valid)]
    assert [{"one.txt", "two.txt"} <= set(side) for side in sides].count(True) == 1
    assert (sides[0] | sides[1])["one.txt"] == book and len(train) + len(valid) == 3


def test_a_side_that_is_said_is_kept() -> None:
    pieces = [replace(item, is_held_out=i < 3) for i, item in enumerate(items(list(range(10))))]
    train, valid = split(pieces, 0.5, seed=1)
    assert (list(train), list(valid)) == (pieces[3:], pieces[:3])
    assert split(pieces, 0.0, seed=1) == (tuple(pieces), ())


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(documents.SUFFIXES))
def test_any_bytes_of_any_suffix_give_documents_or_an_error(data: bytes, suffix: str) -> None:
    try:
        found, repairs = documents.read(data, f"a/b{suffix}", Columns())
    except InputError:
        return
    for one in found:
        assert all(documents.prints(one)) and one.line >= 1
    assert all(isinstance(repair, str) for repair in repairs)


def test_one_character_repeated_is_a_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", b"a" * 1_000_000)
    train, valid = split(texts(path).items, 0.1, seed=1)
    assert [len(train[0].value.text), len(valid[0].value.text)] == [970_000, 30_000]


# Real folders


@pytest.mark.data
@needs_data
def test_odd_files_are_read_repaired_or_skipped_and_none_stops_the_others() -> None:
    report = from_folder(DATA / "midi_odd").report
    assert report.n("read") >= 65 and report.n("repaired") >= 30
    assert report.n("read") + report.n("repaired") + report.n("skipped") == len(report.rows) == 133


@pytest.mark.data
@needs_data
def test_versions_of_one_folk_tune_are_on_one_side() -> None:
    prints = {item.path: item.fingerprint for item in from_folder(DATA / "midi_nottingham" / "midi").items}
    assert len(prints) == 882
    assert prints["reelsh-l58.mid"] == prints["reelsh-l60.mid"]
    assert len(set(prints.values())) == 875


@pytest.mark.data
@needs_data
def test_versions_of_one_tang_poem_are_on_one_side_and_copies_are_left_out() -> None:
    data = from_folder(DATA / "poems_zh_tang", kinds=("text",))
    assert len(data.items) == 11176 and data.report.remarks == ("3 documents stand twice",)
    assert len({item.fingerprint for item in data.items}) == 11176 - 92
