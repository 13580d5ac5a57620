"""What a sample of sound costs before any network: uniform, histogram, xz, static and adaptive linear prediction.

    python bench/wavenet_baselines.py ../shared/data

Prints a Markdown table of bits a sample over held-out clips; a network is worth its name below the last. Spoken
digits: recordings 13 and 14 of each digit and speaker are held out, the others learnt from. Single notes: a seventh
of the pitches of each instrument, all layers of a pitch together, and of the drums a seventh of the files. Mu-law on
256 levels: 8 bits where nothing is known. Figures with and without pre-emphasis are not of one sound: it makes sound
whiter, and its hiss softer, so a sample costs more.
"""

import argparse
import lzma
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aoede.encodings.mulaw import MuLaw
from aoede.learning.clips import Clip, clips_of
from aoede.learning.dataset import from_folder
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.prediction import baselines

DIGITS, NOTES = "audio_fsdd", "audio_notes"
HELD_OUT_RECORDINGS = ("13", "14")
EVERY = 7  # of the pitches, or files of drums, one is held out
KINDS = ("sound", "labels", "midi")
COLUMNS = ("uniform", "histogram", "xz", "static linear prediction", "adaptive linear prediction")


@dataclass(frozen=True)
class Part:
    """Clips that are judged together, as codes."""

    name: str
    train: Sequence[np.ndarray]
    valid: Sequence[np.ndarray]
    law: MuLaw


def digits(data: Path, law: MuLaw) -> list[Part]:
    clips = _clips(data / DIGITS, law)
    is_held = [Path(clip.name).stem.split("_")[-1] in HELD_OUT_RECORDINGS for clip in clips]
    return [_part("spoken digits", clips, is_held, law)]


def notes(data: Path, law: MuLaw) -> list[Part]:
    """All together, and each instrument held out by what all have taught."""
    clips = _clips(data / NOTES, law)
    is_held = held_out_notes(clips)
    names = [_instrument(clip) for clip in clips]
    parts = [_part("single notes, all", clips, is_held, law)]
    for name in sorted(set(names)):
        mine = [held and name == other for held, other in zip(is_held, names, strict=True)]
        valid = [law.encode(clip.samples) for clip, held in zip(clips, mine, strict=True) if held]
        parts.append(Part(f"- {name}", parts[0].train, valid, law))
    return parts


def held_out_notes(clips: Sequence[Clip]) -> list[bool]:
    """Every seventh pitch of an instrument with all its layers, every seventh file of what has no pitch."""
    groups = [(_instrument(clip), clip.notes[0].pitch if clip.notes else clip.name) for clip in clips]
    places = {
        group: i
        for name in {group[0] for group in groups}
        for i, group in enumerate(sorted({g for g in groups if g[0] == name}, key=str))
    }
    return [places[group] % EVERY == EVERY // 2 for group in groups]


def _instrument(clip: Clip) -> str:
    return Path(clip.name).stem.split("_")[0]


def _clips(folder: Path, law: MuLaw) -> tuple[Clip, ...]:
    return clips_of(from_folder(folder, kinds=KINDS).items, law).clips


def _part(name: str, clips: Sequence[Clip], is_held: Sequence[bool], law: MuLaw) -> Part:
    codes = [law.encode(clip.samples) for clip in clips]
    pairs = list(zip(codes, is_held, strict=True))
    return Part(name, [c for c, held in pairs if not held], [c for c, held in pairs if held], law)


def row(part: Part) -> str:
    config = Config(rate_hz=part.law.rate_hz, n_levels=part.law.n_levels, pre_emphasis=part.law.pre_emphasis)
    began_s = time.process_time()
    found = baselines(part.train, part.valid, config) | {"xz": xz_bits(part.valid)}
    law, n = part.law, sum(map(len, part.valid))
    told = [f"{part.name}", f"{law.rate_hz}", f"{law.pre_emphasis:g}", f"{len(part.valid)} ({n:,})"]
    return " | ".join(
        ["", *told, *(f"{found[name]:.3f}" for name in COLUMNS), f"{time.process_time() - began_s:.0f}", ""]
    ).strip()


def xz_bits(clips: Sequence[np.ndarray]) -> float:
    packed = lzma.compress(np.concatenate(clips).tobytes(), preset=9)
    return 8 * len(packed) / sum(map(len, clips))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    head = ["", "clips", "Hz", "pre-emphasis", "held out (samples)", *COLUMNS, "CPU s", ""]
    print(" | ".join(head).strip())
    print("|" + "---|" * (len(head) - 2))
    for emphasis in (0.85, 0.0):
        for part in digits(data, MuLaw(8_000, pre_emphasis=emphasis)):
            print(row(part), flush=True)
    for rate_hz in (16_000, 8_000):
        for part in notes(data, MuLaw(rate_hz, pre_emphasis=0.85)):
            print(row(part), flush=True)
    print(row(notes(data, MuLaw(16_000, pre_emphasis=0.0))[0]), flush=True)


if __name__ == "__main__":
    main()
