"""Files from anywhere become songs, with all that is known of them; no file makes this machine open another."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import aoede
from aoede import editing, export
from aoede.errors import AoedeError, InputError, MissingError
from aoede.formats import midi
from aoede.song import Note, Song, Tempo, Track
from aoede.studio import model_names
from aoede.studio.packing import is_planned, packed, unpacked, with_title
from aoede.studio.tasks import songs as tasks
from tests.studio_desk import SMALL, WISH, Desk, compose, edit, of_role, opened, plain


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the user's data, in which workers work."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def song() -> Song:
    """Eight bars: verse and chorus, sung."""
    return aoede.compose(WISH, seed=1, **SMALL)


@pytest.mark.parametrize("kind", [suffix.removeprefix(".") for suffix in export.SUFFIXES])
def test_every_file_of_a_song_opens_as_that_song(desk: Desk, home: Path, song: Song, kind: str) -> None:
    edited = editing.regenerate(song, bars="1-2", tracks="bass", seed=3)
    told = opened(desk, home, export.to_bytes(edited, f".{kind}"), f"some.{kind}")
    assert unpacked(told["song"]) == edited
    view = told["view"]
    assert (view["request"], view["seed"], view["by_hand"], view["is_foreign"]) == (WISH, 1, False, False)
    assert view["options"] == dict(song.recipe["options"])


@pytest.mark.parametrize("kind", ["mid", "json"])
def test_notes_that_were_changed_by_hand_win(desk: Desk, home: Path, song: Song, kind: str) -> None:
    bass = next(track for track in song.tracks if track.role == "bass")
    lower = replace(bass, notes=tuple(replace(n, pitch=n.pitch - 12) for n in bass.notes))
    changed = replace(song, tracks=tuple(lower if t is bass else t for t in song.tracks))
    told = opened(desk, home, export.to_bytes(changed, f".{kind}"))
    assert (told["view"]["by_hand"], told["view"]["is_foreign"], told["view"]["seed"]) == (True, False, 1)
    found = unpacked(told["song"])
    assert of_role(found, "bass") == lower.notes
    new, _ = edit(desk, found, "regenerate", {"bars": "1-2", "tracks": "melody", "seed": 3})
    assert of_role(new, "bass") == lower.notes
    again = opened(desk, home, midi.to_bytes(new))
    assert unpacked(again["song"]).tracks == midi.writable(new).tracks


def test_another_title_alone_is_no_change_by_hand(desk: Desk, home: Path, song: Song) -> None:
    named = replace(song, title="奇迹", recipe=with_title(song.recipe, "奇迹"))
    for kind in ("mid", "json", "png", "lrc"):
        told = opened(desk, home, export.to_bytes(named, f".{kind}"))
        assert (told["view"]["title"], told["view"]["by_hand"]) == ("奇迹", False)
        assert unpacked(told["song"]) == named


def test_what_is_no_song_says_what_can_be_opened(desk: Desk, home: Path, song: Song) -> None:
    recipe = json.dumps({"request": "x"})
    for data in (
        b"", b"hello", b"{}", b"[1, 2]", b"{" * 5000, b"\x89PNG\r\n\x1a\n" + bytes(100), b"RIFF\0\0\0\0WAVEfmt ",
        b"<svg></svg>", b"MThd", b"MThd\0\0\0\6\0\1\0\1\1\xe0", bytes(range(256)) * 40, b"PK\3\4" + bytes(100),
        f'<!doctype html><pre id="recipe">{recipe}</pre>'.encode(), b"[re:x]\n[#:aoede-recipe: {}]",
    ):  # fmt: skip
        with pytest.raises(AoedeError) as caught:
            opened(desk, home, data, "what.bin")
        assert caught.value.hint or caught.value.where, data[:20]


def test_a_json_with_impossible_numbers_is_refused_or_mended(desk: Desk, home: Path, song: Song) -> None:
    whole = json.loads(export.to_bytes(song, ".json"))
    for harm in (
        {"pitch": 1000}, {"pitch": -1}, {"start_ticks": -5}, {"duration_ticks": 10**30}, {"velocity": 0},
        {"start_ticks": 10**12}, {"pitch": True}, {"pitch": "60"}, {"extra": 1},
    ):  # fmt: skip
        told = json.loads(json.dumps(whole))
        told["tracks"][0]["notes"][3] |= harm
        try:
            view = opened(desk, home, json.dumps(told).encode(), "x.json")["view"]
        except AoedeError:
            continue
        notes = [note for track in view["tracks"] for note in track["notes"]]
        assert all(0 <= pitch <= 127 and start >= 0 and length > 0 for start, length, pitch, _ in notes), harm
    whole["title"] = "\ud800"
    assert opened(desk, home, json.dumps(whole).encode())["view"]["title"].isprintable()


def _recipe_with(song: Song, **options: Any) -> Song:
    return replace(song, recipe={**song.recipe, "options": {**song.recipe["options"], **options}})


def test_a_recipe_opens_no_file_of_this_machine(desk: Desk, home: Path, song: Song, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("chords,valence\nC G,1\n")
    for options in (
        {"progressions": str(secret)}, {"harmony": str(secret)}, {"lead": str(secret)}, {"harmony": "../../etc"},
        {"melody": str(secret) + ".safetensors"}, {"lead": "/dev/zero"},
    ):  # fmt: skip
        hostile = _recipe_with(song, **options)
        with pytest.raises(InputError):
            opened(desk, home, export.to_bytes(hostile, ".png"), "x.png")
        view = opened(desk, home, midi.to_bytes(hostile), "x.mid")["view"]  # its notes are there all the same
        assert view["is_foreign"]
        assert len(view["told"]) == 1


def test_models_are_named_by_name_or_id_and_never_by_path(home: Path, tmp_path: Path) -> None:
    (home / "models").mkdir(exist_ok=True)
    preset = Path(aoede.__file__).parent / "presets" / "harmony_rnn.safetensors"
    (home / "models" / "mine.safetensors").write_bytes(preset.read_bytes())
    assert model_names.stated({"harmony": "rnn", "bars": 4}, home) == {"harmony": "rnn", "bars": 4}
    own = model_names.stated({"harmony": "mine"}, home)
    assert own == {"harmony": "models/mine.safetensors"}
    assert model_names.shown(own) == {"harmony": "mine"}
    for name in (str(preset), "models/mine.safetensors", "../models/mine", "rbm/../rbm", "none", "MINE"):
        with pytest.raises(MissingError):
            model_names.stated({"harmony": name}, home)
    for found in ("models/mine.safetensors", "/elsewhere/models/mine.safetensors", "mine"):
        recipe = {"options": {"harmony": found}}
        assert model_names.here(recipe, home)["options"] == own
    with pytest.raises(InputError):
        model_names.here({"options": {"harmony": str(tmp_path)}}, home)


def test_a_song_made_with_an_own_model_is_edited_and_opened_with_it(desk: Desk, home: Path) -> None:
    test_models_are_named_by_name_or_id_and_never_by_path(home, desk.folder)
    options = model_names.stated({**SMALL, "harmony": "mine"}, home)
    told = compose(desk, **options)
    assert told["view"]["options"]["harmony"] == "mine"
    song = unpacked(told["song"])
    assert str(home) not in json.dumps(dict(song.recipe))
    assert song.chords == aoede.compose(WISH, seed=1, harmony="rnn", **SMALL).chords
    new, _ = edit(desk, song, "regenerate", {"tracks": "harmony", "bars": "1-4", "seed": 2})
    assert unpacked(opened(desk, home, midi.to_bytes(new))["song"]) == new


# Harmonising and going on


def _foreign(desk: Desk, home: Path) -> Song:
    notes = [Note(i * 480, pitch, 480, 90) for i, pitch in enumerate((60, 64, 67, 64, 65, 62, 59, 60) * 4)]
    data = midi.to_bytes(Song("Old Tune", (Track("Lead", tuple(notes)),), tempos=(Tempo(0, 96),)))
    return unpacked(
        opened(desk, home, data.replace(b"aoede-recipe: {}", b"of somebody else"), "old.mid")["song"]
    )


def test_a_melody_of_somebody_else_is_harmonised_as_by_the_library(desk: Desk, home: Path) -> None:
    foreign = _foreign(desk, home)
    options = {"mood": "calm and hopeful", "style": "folk"}
    told = plain(
        tasks.harmonise({"song": packed(foreign), "edit": "harmonise", "options": options, "seed": 4}, desk)
    )
    path = desk.folder / "old.mid"
    path.write_bytes(midi.to_bytes(foreign))
    expected = editing.harmonise(path, options["mood"], seed=4, style="folk")
    assert unpacked(told["song"]) == replace(
        expected, title="Old Tune", recipe=with_title(expected.recipe, "Old Tune")
    )
    assert (told["view"]["is_foreign"], told["view"]["title"], told["seed"]) == (False, "Old Tune", 4)
    assert told["view"]["options"].get("melody") is None
    new, _ = edit(desk, unpacked(told["song"]), "regenerate", {"tracks": "bass", "seed": 5})
    assert of_role(new, "melody") == of_role(expected, "melody")


def test_a_song_goes_on_where_it_ends(desk: Desk, home: Path) -> None:
    foreign = _foreign(desk, home)
    task = {"song": packed(foreign), "edit": "continue", "options": {"model": "rbm", "bars": 4}, "seed": 4}
    told = plain(tasks.harmonise(task, desk))
    longer = unpacked(told["song"])
    assert longer.tracks[0].notes == foreign.tracks[0].notes
    assert longer.end_ticks > foreign.end_ticks
    assert [section["zh"] for section in told["view"]["sections"]] == ["开头", "续写"]
    assert not is_planned(longer.recipe)
    assert told == plain(tasks.harmonise(task, desk))
