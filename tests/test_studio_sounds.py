"""Sounds in the studio: the bytes of `aoede sound`, tunes from MIDI files, what is kept, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from aoede.formats import midi
from aoede.formats.audio import KINDS
from aoede.song import Note, Song, Tempo, Track
from aoede.sound import shipped_sounders
from aoede.studio.endpoints.sounds import plain_name
from aoede.studio.kept_sounds import MAX_TUNES, keep_sound, keep_tune
from aoede.studio.tasks.sounds import CUT, MAX_NOTES, MAX_SECONDS, TITLES
from tests.command import Run
from tests.small_sounder import model_file
from tests.studio_server import Client

NOTES = [[0, 0.5, 60], [0.5, 0.5, 64]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a model of the user's that plays notes, and one that speaks."""
    home = tmp_path_factory.mktemp("home")
    (home / "models").mkdir()
    model_file(home / "models" / "flute.safetensors")
    model_file(home / "models" / "voice.safetensors", plays_notes=False)
    return home


def slowing() -> Song:
    """Four quarter notes, the last two at half the speed."""
    notes = tuple(Note(480 * i, 60 + i, 480, 80) for i in range(4))
    return Song(
        "slowing", (Track("Melody", notes, role="melody"),), tempos=(Tempo(0, 120.0), Tempo(960, 60.0))
    )


def file_of(client: Client, sound: dict[str, Any], kind: str, **query: Any) -> bytes:
    answer = client.call("GET", f"/sounds/{sound['id']}/files/{kind}", **query)
    assert answer.status == 200, answer.data
    return answer.data


def test_a_drawn_tune_gives_the_bytes_of_the_command(client: Client, aoede: Run, tmp_path: Path) -> None:
    body = {"model": "notes", "notes": NOTES, "tempo": 240, "velocity": 45, "label": "guitar", "seed": 7}
    sound = client.made("/sounds", body)
    assert (sound["seed"], sound["rate_hz"], sound["files"]) == (7, 16_000, [*KINDS, "mid"])
    (tmp_path / "tune.mid").write_bytes(file_of(client, sound, "mid"))
    for kind in KINDS:
        out = tmp_path / f"sound.{kind}"
        done = aoede("sound", "notes", "--midi", "tune.mid", "--label", "guitar", "--seed", 7, "-o", out)
        assert done.code == 0, done.err
        assert file_of(client, sound, kind) == out.read_bytes()


def test_a_midi_file_is_played_as_by_the_command(client: Client, aoede: Run, tmp_path: Path) -> None:
    data = midi.to_bytes(slowing())
    (tmp_path / "slowing.mid").write_bytes(data)
    tune = client.made("/tunes", data, name="slowing.mid")
    body = {"model": "flute", "midi": tune["id"], "midi_name": tune["name"], "label": "three", "seed": 3}
    sound = client.made("/sounds", body)
    model = Path(client.get("/instruments") and "flute.safetensors")
    model_file(tmp_path / model)
    aoede(
        "sound", tmp_path / model, "--midi", "slowing.mid", "--label", "three", "--seed", 3, "-o", "out.wav"
    )
    assert file_of(client, sound, "wav") == (tmp_path / "out.wav").read_bytes()
    assert file_of(client, sound, "mid") == data


def test_a_tune_is_read_in_beats_as_long_as_it_sounds(client: Client) -> None:
    tune = client.made("/tunes", midi.to_bytes(slowing()), name="slowing.mid")
    assert (tune["tempo"], tune["n_notes"], tune["name"]) == (120.0, 4, "slowing.mid")
    assert tune["notes"] == [[0, 1, 60], [1, 1, 61], [2, 2, 62], [4, 2, 63]]


def test_what_is_no_midi_file_is_told_so(client: Client) -> None:
    answer = client.call("POST", "/tunes", b"this is no tune", name="tune.mid", wait=1)
    assert (answer.status, answer.json["error"]["code"]) == (422, "input")


def test_it_is_told_how_far_a_sound_is(client: Client) -> None:
    job = client.post(
        "/sounds", {"model": "notes", "notes": [[0, 8, 60]], "tempo": 120, "label": "piano", "seed": 1}
    )
    events = list(client.events(job["id"]))
    began = next(event for event in events if event["event"] == "began")
    done = [event["done"] for event in events if event["event"] == "progress"]
    assert began["seconds"] == events[-1]["result"]["seconds"] == 5.0
    assert began["backend"] in ("c", "numba", "numpy")
    assert done == sorted(done)
    assert 0 < done[0] < 1
    assert len(events[-1]["result"]["peaks"]) > 100


def test_what_is_longer_than_a_minute_is_cut_off_and_told(client: Client) -> None:
    sound = client.made("/sounds", {"model": "flute", "notes": [[0, 100, 60]], "tempo": 60, "label": "three"})
    assert sound["seconds"] == MAX_SECONDS
    assert CUT in sound["notes"]
    assert len(sound["notes"]) == len(sound["notes_zh"])


def test_every_model_of_sound_is_listed_with_what_it_takes(client: Client) -> None:
    rows = {row["name"]: row for row in client.get("/instruments")["instruments"]}
    assert list(TITLES) == shipped_sounders()
    assert rows["notes"]["labels"] == {"instrument": ["guitar", "piano", "electric piano"]}
    assert (rows["notes"]["kind"], rows["flute"]["kind"]) == ("shipped", "own")
    assert (rows["flute"]["reads_notes"], rows["voice"]["reads_notes"]) == (True, False)
    assert all(row["pace"] > 0 and row["backend"] for row in rows.values())


def test_a_model_that_reads_no_notes_speaks_as_long_as_is_said(client: Client) -> None:
    sound = client.made("/sounds", {"model": "voice", "label": "digit=three, jackson", "seconds": 0.5})
    assert (sound["seconds"], sound["files"]) == (0.5, list(KINDS))
    refused = client.call("POST", "/sounds", {"model": "voice", "notes": NOTES}, wait=1)
    assert refused.status == 422


def test_a_part_of_a_sound_can_be_asked_for_and_it_has_a_name(client: Client) -> None:
    sound = client.made(
        "/sounds", {"model": "voice", "label": "digit=three, speaker=小明", "seconds": 0.1, "seed": 4}
    )
    whole = client.call("GET", f"/sounds/{sound['id']}/files/wav")
    assert whole.headers["content-type"] == "audio/wav"
    assert "attachment" in whole.headers["content-disposition"]
    assert "voice-three-%E5%B0%8F%E6%98%8E-4.wav" in whole.headers["content-disposition"]
    inline = client.call("GET", f"/sounds/{sound['id']}/files/wav", inline=1)
    assert inline.headers["content-disposition"].startswith("inline")
    path = f"/api/v1/sounds/{sound['id']}/files/wav"
    part = client.send("GET", path, headers={"Range": "bytes=4-11"})
    assert (part.status, part.data) == (206, whole.data[4:12])
    assert client.get(f"/sounds/{sound['id']}") == sound


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"notes": [[0, 1, 60]] * (MAX_NOTES + 1)}, "notes"),
        ({"notes": [[0, 1, 128]]}, "notes[0]"),
        ({"notes": [[0, 1, 60.5]]}, "notes[0]"),
        ({"notes": [[0, 0, 60]]}, "notes[0]"),
        ({"notes": [[-1, 1, 60]]}, "notes[0][0]"),
        ({"notes": [[0, 1]]}, "notes[0]"),
        ({"notes": []}, "notes"),
        ({"notes": NOTES, "midi": "0"}, "midi"),
        ({"notes": NOTES, "seconds": 60.1}, "seconds"),
        ({"notes": NOTES, "tempo": 10}, "tempo"),
        ({"notes": NOTES, "velocity": 0}, "velocity"),
        ({"notes": NOTES, "temperature": 0}, "temperature"),
        ({"notes": NOTES, "label": "bagpipes"}, "--label"),
        ({"midi": "../../etc/passwd"}, "midi"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(client: Client, body: dict[str, Any], where: str) -> None:
    answer = client.call("POST", "/sounds", {"model": "notes", **body}, wait=1)
    assert (answer.status, answer.json["error"]["where"]) == (422, where)


@pytest.mark.parametrize("path", ["/sounds/0", "/sounds/0/files/wav", "/sounds/..%2Fmodels/files/wav"])
def test_what_is_not_kept_is_missing(client: Client, path: str) -> None:
    assert client.call("GET", path).status == 404


def test_only_the_newest_sounds_and_tunes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aoede.studio.kept_sounds.MAX_SOUNDS", 2)
    for i in range(3):
        folder = tmp_path / f"job-{i}"
        folder.mkdir()
        (folder / "sound.wav").write_bytes(b"RIFF")
        assert keep_sound(tmp_path, str(i), folder, {"files": {"wav": "sound.wav"}})["files"] == ["wav"]
    assert sorted(path.name for path in (tmp_path / "sounds").iterdir()) == ["1", "2"]
    for i in range(MAX_TUNES + 1):
        sent = tmp_path / "sent"
        sent.write_bytes(bytes([i]))
        _, path = keep_tune(tmp_path, sent)
    assert path.exists()
    assert len(list((tmp_path / "tunes").iterdir())) == MAX_TUNES


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("song.mid", "song.mid"),
        ("../../etc/passwd", "passwd.mid"),
        ("C:\\tunes\\春天.MIDI", "春天.mid"),
        ("..", "tune.mid"),
        ('a"; rm -rf *.mid', "a rm -rf.mid"),
        ("x" * 300, "x" * 80 + ".mid"),
    ],
)
def test_a_name_that_is_sent_becomes_a_plain_file_name(said: str, name: str) -> None:
    assert plain_name(said) == name
