"""What trained models of sound make when they hear nothing but themselves, beside what they learnt from.

    python bench/wavenet_listen.py ../shared/data --digits RUN_OR_FILE ... --notes RUN_OR_FILE ...

Prints a Markdown table a kind. A sound has run away where it is more than twice as loud as the loudest recording or
less than half as loud as the softest. Digits: each of each speaker, twice; a classifier that learnt from recordings
5 to 12 (a ridge regression on 24 mel bands in 12 even parts of the word) says which digit and which speaker it
hears, and the same of recordings 13 and 14. Notes: each pitch of each instrument from its lowest to its highest, as
far as the measure of pitch hears it (62 Hz to 2 kHz), half a second long; it is in tune within 50 cents. Beside it
the recordings' own pitches by the same measure. Then the melodies of the songs in docs/songs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from wavenet_baselines import DIGITS, HELD_OUT_RECORDINGS, KINDS, NOTES

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import Sounding
from aoede.formats import midi
from aoede.learning.clips import Clip, clips_of
from aoede.learning.dataset import from_folder
from aoede.learning.sound_preset import NAMES
from aoede.learning.sounder import Sounder, Wish
from aoede.learning.sounding_pitch import sounding_pitch
from aoede.learning.tunes import melody_in, soundings
from aoede.randomness import stream
from aoede.sound import found, sound

TEMPERATURES = (0.5, 0.7, 1.0)
N_EACH, NOTE_S = 2, 0.5
N_BANDS, N_PARTS, WINDOW_S, RIDGE = 24, 12, 0.032, 1.0
LOWEST, HIGHEST = 36, 95  # pitches whose measure is to be trusted
TOGETHER = 64  # voices
MELODY_S, LEAST_NOTE_S = 30.0, 0.14  # of each song, and of a note whose pitch is measured

Floats = NDArray[np.float32]


def features(samples: Floats, rate_hz: int) -> NDArray[np.float64]:
    """(N_BANDS N_PARTS,) logarithms of mel bands of what is not silent, in even parts, without their mean."""
    loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max(initial=1e-9))
    samples = samples[loud[0] : loud[-1] + 1] if len(loud) else samples
    size = round(WINDOW_S * rate_hz)
    samples = np.pad(samples, (0, max(0, 2 * size - len(samples))))
    starts = np.linspace(0, len(samples) - size, 4 * N_PARTS).astype(int)
    windows = np.stack([samples[i : i + size] for i in starts]) * np.hanning(size)
    power = np.square(np.abs(np.fft.rfft(windows, axis=1)))
    mel = np.linspace(0, 2595 * np.log10(1 + rate_hz / 2 / 700), N_BANDS + 2)
    hz = 700 * (10 ** (mel / 2595) - 1)
    at = np.fft.rfftfreq(size, 1 / rate_hz)[:, None]
    filters = np.minimum((at - hz[:-2]) / (hz[1:-1] - hz[:-2]), (hz[2:] - at) / (hz[2:] - hz[1:-1]))
    bands = np.log(power @ np.maximum(filters, 0) + 1e-6).reshape(N_PARTS, 4, N_BANDS).mean(axis=1)
    return np.asarray(bands - bands.mean(), np.float64).ravel()


class Classifier:
    """One-hot targets by ridge regression on standardised features."""

    def __init__(self, rows: NDArray[np.float64], values: Sequence[str]) -> None:
        self.names = sorted(set(values))
        self.mean, self.scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        x = self._of(rows)
        wanted = np.array([[value == name for name in self.names] for value in values], np.float64)
        penalty = RIDGE * len(rows) * np.eye(x.shape[1])
        self.weights = np.linalg.solve(x.T @ x + penalty, x.T @ (wanted - wanted.mean(axis=0)))

    def _of(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return (rows - self.mean) / self.scale

    def share(self, rows: NDArray[np.float64], values: Sequence[str]) -> float:
        said = (self._of(rows) @ self.weights).argmax(axis=1)
        return float(np.mean([self.names[i] == value for i, value in zip(said, values, strict=True)]))


def read(folder: Path, law: MuLaw) -> tuple[Clip, ...]:
    return clips_of(from_folder(folder, kinds=KINDS).items, law).clips


def made(sounder: Sounder, wishes: Sequence[Wish], seconds: float, temperature: float) -> list[Floats]:
    rng, sounds = stream(1, "bench", "listen"), list[Floats]()
    for i in range(0, len(wishes), TOGETHER):
        sounds += list(sounder.made(wishes[i : i + TOGETHER], seconds, rng, temperature=temperature))
    return sounds


def loudness(sounds: Sequence[Floats]) -> NDArray[np.float64]:
    return np.array([np.sqrt(np.square(sound.astype(np.float64)).mean()) for sound in sounds])


def run_away(sounds: Sequence[Floats], real: Sequence[Floats]) -> tuple[float, float]:
    """Shares that ran away, and that are outside 98 of 100 recordings."""
    mine, theirs = loudness(sounds), loudness(real)
    away = (mine < theirs.min() / 2) | (mine > 2 * theirs.max())
    low, high = np.quantile(theirs, [0.01, 0.99])
    return float(away.mean()), float(((mine < low) | (mine > high)).mean())


def digits(data: Path, names: Sequence[str]) -> None:
    print("\n| digits | temperature | run away | outside 98 % of recordings | digit heard | speaker heard |")
    print("|---|---|---|---|---|---|")
    for name in names:
        sounder = found(name)
        rate_hz = sounder.law.rate_hz
        clips = read(data / DIGITS, sounder.law)
        held = [Path(clip.name).stem.split("_")[-1] in HELD_OUT_RECORDINGS for clip in clips]
        train = [clip for clip, is_held in zip(clips, held, strict=True) if not is_held]
        rows = np.stack([features(clip.samples, rate_hz) for clip in train])
        judges = [Classifier(rows, [clip.label[k] for clip in train]) for k in range(2)]
        valid = [clip for clip, is_held in zip(clips, held, strict=True) if is_held]
        rows = np.stack([features(clip.samples, rate_hz) for clip in valid])
        heard = " | ".join(f"{j.share(rows, [c.label[k] for c in valid]):.1%}" for k, j in enumerate(judges))
        real = [clip.samples for clip in train]
        _, outside = run_away([clip.samples for clip in valid], real)
        print(f"| recordings 13 and 14 | | | {outside:.1%} | {heard} |")
        pairs = sorted({clip.label[:2] for clip in train})
        wishes = [Wish(pair) for pair in pairs for _ in range(N_EACH)]
        for temperature in TEMPERATURES[1:]:
            sounds = made(sounder, wishes, sounder.usual_s, temperature)
            rows = np.stack([features(sound, rate_hz) for sound in sounds])
            heard = " | ".join(
                f"{j.share(rows, [w.label[k] for w in wishes]):.1%}" for k, j in enumerate(judges)
            )
            away, outside = run_away(sounds, real)
            print(f"| {name} | {temperature} | {away:.1%} | {outside:.1%} | {heard} |", flush=True)


def notes(data: Path, names: Sequence[str]) -> None:
    print("\n| notes | temperature | run away | outside 98 % of recordings | in tune | a pitch is heard |")
    print("|---|---|---|---|---|---|")
    for name in names:
        sounder = found(name)
        rate_hz = sounder.law.rate_hz
        n = round(NOTE_S * rate_hz)
        clips = [clip for clip in read(data / NOTES, sounder.law) if clip.notes]
        real = [clip.samples[:n] for clip in clips]
        wanted = np.array([clip.notes[0].pitch for clip in clips])
        known = (wanted >= LOWEST) & (wanted <= HIGHEST)
        print(f"| recordings ({known.sum()}) | | | | {_in_tune(real, wanted, rate_hz, known)} |")
        n_columns = len(sounder.labels.names)
        wishes = _scales([replace(clip, label=_said(clip)[:n_columns]) for clip in clips])
        wanted = np.array([wish.notes[0].pitch for wish in wishes])
        for temperature in TEMPERATURES:
            sounds = made(sounder, wishes, NOTE_S, temperature)
            away, outside = run_away(sounds, real)
            tuned = _in_tune(sounds, wanted, rate_hz, np.full(len(wanted), True))
            print(
                f"| {name} ({len(wishes)}) | {temperature} | {away:.1%} | {outside:.1%} | {tuned} |",
                flush=True,
            )


def _said(clip: Clip) -> tuple[str, ...]:
    """The instrument as the shipped model knows it, and the layer."""
    return (NAMES[clip.label[0]], *clip.label[1:])


def melodies(names: Sequence[str]) -> None:
    """The melodies of the songs in docs/songs, as `aoede sound --midi` plays them: which notes are in tune."""
    print("\n| melodies of docs/songs | label | notes | in tune | a pitch is heard |")
    print("|---|---|---|---|---|")
    for name in names:
        sounder = found(name)
        rate_hz = sounder.law.rate_hz
        for label in sounder.labels.columns[0][1] if sounder.labels.columns else ("",):
            rows = list[tuple[float, float]]()
            for path in sorted((Path(__file__).parent.parent / "docs" / "songs").glob("*.mid")):
                song = midi.read(path).song
                tune = [note for note in soundings(song, melody_in(song)[0]) if note.onset_s < MELODY_S]
                samples = sound(sounder, midi=path, label=label, seconds=MELODY_S, seed=1)[0].samples
                for note in tune:
                    a, b = (
                        round(t * rate_hz) for t in (note.onset_s + 0.02, min(note.end_s, note.onset_s + 0.4))
                    )
                    if b - a > LEAST_NOTE_S * rate_hz and b < len(samples):
                        rows.append((note.pitch, sounding_pitch(samples[a:b], rate_hz)))
            wanted, heard = np.array(rows).T
            tuned = (np.abs(heard - wanted) < 0.5).mean()
            print(
                f"| {name} | {label} | {len(rows)} | {tuned:.1%} | {np.isfinite(heard).mean():.1%} |",
                flush=True,
            )


def _scales(clips: Sequence[Clip]) -> list[Wish]:
    wishes = list[Wish]()
    for label in sorted({clip.label for clip in clips}):
        pitches = [clip.notes[0].pitch for clip in clips if clip.label == label]
        scale = range(max(LOWEST, int(min(pitches))), min(HIGHEST, int(max(pitches))) + 1)
        wishes += [Wish(label, (Sounding(float(pitch), 0.0, 0.9 * NOTE_S),)) for pitch in scale]
    return wishes


def _in_tune(
    sounds: Sequence[Floats], wanted: NDArray[np.float64], rate_hz: int, asked: NDArray[np.bool_]
) -> str:
    heard = np.array([sounding_pitch(np.asarray(sound, np.float32), rate_hz) for sound in sounds])
    near = np.abs(heard - wanted) < 0.5
    return f"{near[asked].mean():.1%} | {np.isfinite(heard[asked]).mean():.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--digits", nargs="*", default=[])
    parser.add_argument("--notes", nargs="*", default=["notes"])
    given = parser.parse_args()
    digits(given.data, given.digits)
    notes(given.data, given.notes)
    melodies(given.notes)


if __name__ == "__main__":
    main()
