"""Harmony that a model of piano rolls plays: chords are heard out of its rolls, and songs are made with them."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from aoede import export
from aoede.cli import main
from aoede.compose import compose
from aoede.encodings.chords import decode, evidence
from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import AoedeError
from aoede.learning import checkpoint
from aoede.learning.sampling import find
from aoede.models.rbm import RBM, Config
from aoede.music.rolled_harmony import candidates_of_rolls
from aoede.randomness import stream

PITCHES = PianoRoll(low=48, high=72, struck=True)


def _player(path: Path, *chords: tuple[int, ...], span: int = 4) -> Path:
    """A model file whose every window plays these chords, `span` steps each, whatever the hidden units say."""
    n_steps = span * len(chords)
    bias = np.full((n_steps, 2, PITCHES.n_pitches), -9.0, np.float32)
    for beat, chord in enumerate(chords):
        for pitch in chord:
            bias[span * beat : span * (beat + 1), 0, pitch - PITCHES.low] = 9.0
            bias[span * beat, 1, pitch - PITCHES.low] = 9.0
    config = Config(width=PITCHES.width, window_steps=n_steps, n_hidden=2)
    weights = np.zeros((config.n_visible, 2), np.float32)
    rbm = RBM(config, weights, bias.reshape(-1), np.zeros(2, np.float32))
    metadata = {
        "family": "rbm",
        "config": asdict(config),
        "encoding": PITCHES.as_mapping(),
        "labels": None,
        "provenance": {"transpose": "key"},
    }
    checkpoint.save(path, rbm.to_tensors(), metadata)
    return path


C, F, G, AM = (48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 67), (57, 60, 64, 69)


@pytest.mark.parametrize("root_pc, quality", [(0, "maj"), (5, "maj"), (9, "min"), (7, "7"), (2, "min7")])
def test_the_chord_that_sounds_has_the_strongest_evidence(root_pc: int, quality: str) -> None:
    from aoede.encodings.chords import QUALITIES

    weights, low = np.zeros((1, 12)), np.zeros((1, 12))
    weights[0, [(root_pc + tone) % 12 for tone in QUALITIES[quality].intervals]] = 1
    low[0, root_pc] = 1
    chord = decode(int(evidence(weights, low).argmax()), 0)
    assert (chord.root_pc, chord.quality) == (root_pc, quality)


def test_chords_are_those_that_the_model_plays(tmp_path: Path) -> None:
    player = find(_player(tmp_path / "player.safetensors", C, AM, F, G))
    found = candidates_of_rolls(
        player,
        8,
        1.0,
        "major",
        "verse",
        valence=0.5,
        arousal=0.0,
        cadence="half",
        surprise=0.0,
        rng=stream(1, "rolls"),
    )
    roots = [[decode(chord, 0).root_pc for chord in row] for row in found]
    # The second half of each later window follows the first half of the one before, which it overlaps.
    assert [0, 9, 5, 7, 5, 7, 5, 7] in roots


def test_a_song_is_played_in_its_own_key_and_closes_at_home(tmp_path: Path) -> None:
    player = _player(tmp_path / "player.safetensors", C, AM, F, G, span=16)
    song = compose("hope", seed=1, bars=16, key="D major", harmony=player)
    assert song.recipe["models"]["player"] == find(player).sha256[:16]
    assert song.chords[-1].symbol == "D"
    assert {"D", "Bm", "G", "A"} <= {chord.symbol for chord in song.chords}


def test_the_same_seed_gives_the_same_bytes_from_python_and_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _player(tmp_path / "player.safetensors", C, F, G, C)
    arguments = ["--seed", "4", "--bars", "4", "--harmony", "player.safetensors", "-o", "a.mid"]
    assert main(["compose", "hope", *arguments]) == 0
    song = compose("hope", seed=4, bars=4, harmony="player.safetensors")
    assert (tmp_path / "a.mid").read_bytes() == export.to_bytes(song, ".mid")


@pytest.mark.parametrize(
    "harmony, code", [("nobody", 66), ("harmony", 65), ("mood_en", 65), ("broken.safetensors", 65)]
)
def test_a_model_that_cannot_play_is_refused(
    harmony: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.safetensors").write_bytes(b"not a model")
    with pytest.raises(AoedeError) as caught:
        compose("hope", seed=1, bars=4, harmony=harmony)
    assert caught.value.exit_code == code


def test_two_sources_of_chords_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(AoedeError, match="cannot both"):
        compose("hope", seed=1, progressions=tmp_path / "own.csv", harmony="rbm")
