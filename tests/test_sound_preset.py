"""The shipped instrument: in tune, as loud as it was recorded, and from notes that may be shipped."""

import numpy as np
import pytest

from aoede.encodings.score_frames import Sounding
from aoede.learning.checkpoint import load_preset
from aoede.learning.sound_preset import held_out
from aoede.learning.sounder import Wish
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.models.wavenet.backends import installed
from aoede.randomness import stream
from aoede.sound import found

PITCHES = (48, 52, 55, 60, 64, 67, 72, 76)


@pytest.mark.skipif(
    installed() == ("numpy",), reason="neither a C compiler nor numba is here: it would take a minute"
)
def test_a_scale_is_in_tune_and_as_loud_as_recordings_are() -> None:
    sounder = found("notes")
    names = dict(sounder.labels.columns)["instrument"]
    wishes = [Wish((name,), (Sounding(p, 0.0, 0.4),)) for name in names for p in PITCHES]
    sounds = sounder.made(wishes, 0.5, stream(1, "scale"))
    heard = np.array([sounding_pitch(sound, sounder.law.rate_hz) for sound in sounds])
    wanted = np.array([wish.notes[0].pitch for wish in wishes])
    assert (np.abs(heard - wanted) < 0.5).mean() >= 0.9
    loud = np.sqrt(np.square(sounds).mean(axis=1))
    assert 0.02 < loud.min() < loud.max() < 0.6


def test_the_preset_names_its_data_and_licences() -> None:
    metadata = load_preset("notes").metadata
    assert "CC0" in metadata["licence"]
    assert metadata["provenance"]["command"] == "python -m aoede.learning.sound_preset DATA OUT"


def test_all_layers_of_a_held_out_pitch_are_held_out() -> None:
    rows = [
        {"file": f"{pitch}_{layer}.wav", "instrument": "piano", "midi_pitch": str(pitch)}
        for pitch in range(40, 61)
        for layer in ("pp", "mf")
    ]
    held = held_out(rows)
    assert held == {f"{pitch}_{layer}.wav" for pitch in (43, 50, 57) for layer in ("pp", "mf")}
