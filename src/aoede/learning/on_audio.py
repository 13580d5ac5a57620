"""Families on sound: what is fitted to recordings, and samples to hear with pictures of them.

The rate, labels and notes come from the clips (`clips.py`). Training gets more than there is: clips moved in pitch,
and phrases spliced from single notes, both of training clips alone. The held-out clips are cut to the part that is
judged, and what linear prediction pays for that part is kept beside the figures of the training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import FEATURES, FRAME_HZ, ScoreFrames, Sounding
from aoede.errors import InputError, UsageError
from aoede.formats import audio, spectrogram
from aoede.learning import clip_making
from aoede.learning.clip_labels import Labels
from aoede.learning.clips import RATES_HZ, Clip, Clips, Wishes, clips_of
from aoede.learning.dataset import Item, Limits, split
from aoede.learning.families import Family, settings_for
from aoede.learning.loop import Learner, Tensors
from aoede.learning.sounder import Sounder, Wish
from aoede.learning.sounding_partials import partials
from aoede.learning.sounds import Sound
from aoede.models.wavenet.prediction import baselines
from aoede.models.wavenet.takes import Take
from aoede.randomness import stream

Floats = NDArray[np.float32]

MAX_TOTAL_BYTES = 4_000_000_000  # of files; as one channel of 16 kHz an hour is 115 MB
JUDGED_SAMPLES, JUDGED_OF_CLIP = 96_000, 16_000  # held out, in all and of a clip at most
N_SAMPLES, SAMPLE_S, GAP_S = 4, 2.0, 0.25  # clips of a preview, their longest, and silence between them
MOVES = 2.0  # semitones up and down at most, of clips with a note; of others no more than
VOICE_MOVES = 0.5  # so much: a voice that is moved further is another's
PHRASE_S = 6.0
PHRASES_S, MOVED = 180.0, 1  # of phrases where there are single notes, and moved copies of every clip:
FEW_MINUTES = 10.0  # all of it only in trainings of so many minutes, for each costs a linear prediction first
MAX_PHRASES_S = 3_600.0
N_HARMONICS = 40  # of a told note in its outline
ADAPTIVE = "adaptive linear prediction"

_FIXED = ("label_sizes", "n_frame_features", "frame_samples", "n_harmonics")  # by the clips
_OTHERS = ("names", "label_columns", "n_moved", "phrases_s")

on = "audio"
told = ("frames", "usual_s", "names", "label_columns", "n_moved", "phrases_s", "baselines")


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("sound", "labels", "midi"), "limits": Limits(max_total_bytes=MAX_TOTAL_BYTES)}


def decide(
    family: Family,
    items: Sequence[Item],
    preset: str,
    said: Mapping[str, Any],
    held_out: float,
    seed: int,
    minutes: float | None,
) -> dict[str, Any]:
    from aoede.neural.learner import settled

    given = family.RECIPES[preset]
    shape, changes, others = settings_for(family, said, others=_OTHERS, fixed=_FIXED)
    shape = {"rate_hz": _rate_hz(items), **given.shape_for(0, minutes), **shape}
    usual = family.Config(**shape)
    law = MuLaw(usual.rate_hz, usual.n_levels, usual.pre_emphasis)
    names = _text(others.get("names"))
    clips = clips_of(items, law, _wishes(names, others.get("label_columns")))
    train, valid = split(clips.items, held_out, seed=seed)
    labels = Labels.fit(clips.columns, [item.value.label for item in train])
    wholes_s = [clip.seconds(law.rate_hz) for clip in clips.clips if clip.is_whole and not clip.notes]
    frames = ScoreFrames(law.rate_hz) if clips.has_notes or wholes_s else None
    config = family.Config(
        **shape,
        label_sizes=labels.sizes,
        n_frame_features=len(FEATURES) if frames else 0,
        frame_samples=law.rate_hz // FRAME_HZ,
        n_harmonics=N_HARMONICS if clips.has_notes else 0,
    )
    found = _baselines(train, valid, law, config)
    share = 1.0 if minutes is None else min(1.0, minutes / FEW_MINUTES)
    return {
        "encoding": law.as_mapping(),
        "labels": labels.as_mapping(),
        "frames": frames.as_mapping() if frames else None,
        "usual_s": float(np.median(wholes_s)) if wholes_s else 0.0,
        "config": asdict(config),
        "recipe": asdict(settled(_shortened(replace(given.recipe, **changes), share))),
        "names": names,
        "label_columns": others.get("label_columns"),
        "n_moved": _number(others, "n_moved", MOVED * share // 1, 20),
        "phrases_s": _number(others, "phrases_s", PHRASES_S * share, MAX_PHRASES_S),
        "baselines": found,
        "remarks": [_sentence(clips, len(train), len(valid)), *clips.remarks, *_costs(found)],
    }


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    law, labels = MuLaw.from_mapping(document["encoding"]), Labels.from_mapping(document["labels"])
    frames = ScoreFrames.from_mapping(document["frames"]) if document["frames"] else None
    train, valid = _parts(document, items)
    seed = document["schedule"]["seed"]
    config = family.Config.from_mapping(document["config"])
    more = _more(train, law, document["n_moved"], document["phrases_s"], seed)
    made: Learner = family.Learner(
        config,
        family.Recipe.from_mapping(document["recipe"]),
        takes([*train, *more], law, labels, frames, config.n_harmonics),
        takes(judged_part(valid, law.rate_hz), law, labels, frames, config.n_harmonics),
        seed=seed,
        max_checked=JUDGED_SAMPLES,
    )
    return made


def takes(
    clips: Sequence[Clip], law: MuLaw, labels: Labels, frames: ScoreFrames | None, n_harmonics: int
) -> list[Take]:
    """Clips as a model reads them, with so many partials of their notes followed."""
    found = []
    for clip in clips:
        codes = law.encode(clip.samples)
        ids = labels.ids(clip.label).tolist()
        if frames is None:
            found.append(Take.of(codes, ids))
            continue
        told = frames.encode(_told_notes(clip, law.rate_hz), max(1, frames.n_frames(len(codes))))
        turns = partials(law.values[codes], clip.notes, frames, n_harmonics)  # as they are in the codes
        found.append(Take.of(codes, ids, told, turns))
    return found


def _told_notes(clip: Clip, rate_hz: int) -> tuple[Sounding, ...]:
    """The clip's notes; without any, when what was recorded begins and ends."""
    if clip.notes or not clip.is_whole:
        return clip.notes
    return (Sounding(float("nan"), 0.0, max(0.01, clip.seconds(rate_hz))),)


def judged(model: Sounder, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    """Sounds alone, for whoever judges by values without their files: no labels, no notes."""
    items = [Item(str(i), value, "") for i, value in enumerate(values) if isinstance(value, Sound)]
    return judged_takes(model, items), None


def judged_takes(model: Sounder, items: Sequence[Item]) -> list[Take]:
    """What a model is judged by: a folder's clips with what the model knows of their labels and notes."""
    try:
        found = clips_of(
            items, model.law, replace(model.reading, wanted=model.labels.names or None, least_s=0)
        )
    except UsageError:  # other folders tell other things
        found = clips_of(items, model.law, Wishes(least_s=0))
    clips = []
    for clip in found.clips:
        said = dict(zip(found.columns, clip.label, strict=True))
        label = tuple(said.get(name, "") for name in model.labels.names)
        clips.append(replace(clip, label=label, notes=clip.notes if model.frames else ()))
    return takes(clips, model.law, model.labels, model.frames, model.model.config.n_harmonics)


# What a run is decided by


def _shortened(recipe: Any, share: float) -> Any:
    """A short training outlines in fewer steps too."""
    return replace(recipe, outline_steps=round(recipe.outline_steps * max(0.02, share)))


def _rate_hz(items: Sequence[Item]) -> int:
    """8 kHz where no recording has more, else 16."""
    rates = [item.value.rate_hz for item in items if isinstance(item.value, Sound)]
    return RATES_HZ[0] if rates and max(rates) <= RATES_HZ[0] else RATES_HZ[-1]


def _wishes(names: str, columns: Any) -> Wishes:
    return Wishes(names, tuple(columns) if columns else None)


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"names must be a pattern, such as {{digit}}_{{speaker}}_{{}}, not {value!r}")
    return value or ""


def _number(others: Mapping[str, Any], name: str, usual: float, most: float) -> float:
    value = others.get(name, usual)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise UsageError(f"{name} must be a number from 0 to {most:g}, not {value!r}")
    return value


def _parts(document: Mapping[str, Any], items: Sequence[Item]) -> tuple[list[Clip], list[Clip]]:
    law = MuLaw.from_mapping(document["encoding"])
    clips = clips_of(items, law, _wishes(document["names"], document["label_columns"]))
    parts = split(clips.items, document["held_out"], seed=document["schedule"]["seed"])
    train, valid = ([item.value for item in part] for part in parts)
    return train, valid


def judged_part(clips: Sequence[Clip], rate_hz: int) -> list[Clip]:
    """The beginnings of clips from all over the list, about as much as a check reads."""
    lengths = [min(len(clip.samples), JUDGED_OF_CLIP) for clip in clips]
    n = len(clips)
    if sum(lengths) > JUDGED_SAMPLES:
        n = max(1, int(JUDGED_SAMPLES * len(clips) / sum(lengths)))
    chosen = [clips[int(i)] for i in np.linspace(0, len(clips) - 1, n)] if clips else []
    room, found = JUDGED_SAMPLES, list[Clip]()
    for clip in chosen:
        kept = clip.samples[: min(JUDGED_OF_CLIP, room)]
        room -= len(kept)
        if len(kept):
            found.append(replace(clip, samples=kept))
    return found


def _baselines(train: Sequence[Item], valid: Sequence[Item], law: MuLaw, config: Any) -> dict[str, float]:
    """Bits a sample of what is judged, by what knows nothing of networks; empty where nothing is held out."""
    held = judged_part([item.value for item in valid], law.rate_hz)
    if not held:
        return {}
    return baselines(
        [law.encode(item.value.samples) for item in train],
        [law.encode(clip.samples) for clip in held],
        config,
    )


def _sentence(clips: Clips, n_train: int, n_valid: int) -> str:
    seconds = sum(clip.seconds(clips.rate_hz) for clip in clips.clips)
    length = f"{seconds / 60:.1f} min" if seconds >= 120 else f"{seconds:.0f} s"
    what = f"labels: {', '.join(clips.columns)}" if clips.columns else "no labels"
    what += "; notes are told" if clips.has_notes else ""
    many = f"{n_train:,} clip{'s' * (n_train != 1)} to learn from, {n_valid:,} held out"
    return f"{many}; {length} at {clips.rate_hz:,} Hz; {what}"


def _costs(found: Mapping[str, float]) -> list[str]:
    if not found:
        return []
    told = ", ".join(f"{name} {value:.2f}" for name, value in found.items())
    return [
        f"held-out bits a sample without a network: {told}; below {found[ADAPTIVE]:.2f} it has learnt something"
    ]


# More than there is


def _more(train: Sequence[Clip], law: MuLaw, n_moved: float, phrases_s: float, seed: int) -> list[Clip]:
    """Copies moved in pitch, and phrases spliced from single notes; a function of the clips and the seed."""
    rng = stream(seed, "audio", "moved")
    found = [
        clip_making.moved(clip, float(rng.uniform(-1, 1)) * (MOVES if clip.notes else VOICE_MOVES))
        for _ in range(int(n_moved))
        for clip in train
    ]
    singles = [clip for clip in train if len(clip.notes) == 1]
    rng = stream(seed, "audio", "phrases")
    n = round(phrases_s / PHRASE_S) if len({clip.notes[0].pitch for clip in singles}) > 1 else 0
    return found + [clip_making.phrase(singles, rng, law.rate_hz, PHRASE_S) for _ in range(n)]


# Samples


@dataclass(frozen=True, eq=False)
class Artist:
    """What the model makes of the labels and notes of a few held-out clips, free-running."""

    seed: int
    shown: tuple[Clip, ...]
    baselines: Mapping[str, float]

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        """A .wav of all one after another, and a .png of them beside the recordings."""
        sounder = Sounder.of(metadata, tensors, name=name)
        rate_hz = sounder.law.rate_hz
        seconds = max(len(clip.samples) for clip in self.shown) / rate_hz
        wishes = [Wish(clip.label, clip.notes, len(clip.samples) / rate_hz) for clip in self.shown]
        made = sounder.made(wishes, seconds, stream(self.seed, "audio", "sample"))
        cut = [sound[: len(clip.samples)] for sound, clip in zip(made, self.shown, strict=True)]
        gap = np.zeros(round(GAP_S * rate_hz), np.float32)
        joined = np.concatenate([part for sound in cut for part in (sound, gap)])
        rows = [
            spectrogram.Row(
                _called(clip), (spectrogram.Panel("real", clip.samples), spectrogram.Panel("made", sound))
            )
            for clip, sound in zip(self.shown, cut, strict=True)
        ]
        subtitle = f"{rate_hz:,} Hz · made sample by sample from silence, nothing of the recording was read"
        picture = spectrogram.to_bytes(
            rows, rate_hz=rate_hz, title=f"What it sounds like: {name}", subtitle=subtitle
        )
        return {".wav": audio.to_bytes(joined, sample_rate_hz=rate_hz, kind="wav"), ".png": picture}

    def overview(
        self, samples: Mapping[int, Mapping[str, bytes]], figures: Mapping[int, float], unit: str
    ) -> dict[str, bytes]:
        """The samples from early to late in one picture, and in a text how they stand beside linear prediction."""
        rows, rate_hz = list[spectrogram.Row](), 0
        for step, files in list(samples.items())[-spectrogram.MAX_ROWS :]:
            sound = _read(files.get(".wav", b""))
            if sound is not None:
                rate_hz = sound[1]
                figure = f" · {figures[step]:.3f} bits a sample" if step in figures else ""
                rows.append(spectrogram.Row(f"step {step:,}{figure}", (spectrogram.Panel("", sound[0]),)))
        if not rows:
            return {}
        strip = spectrogram.to_bytes(rows, rate_hz=rate_hz, title="What the model sounds like as it learns")
        said = verdict(min(figures.values()), self.baselines) if figures and self.baselines else ""
        return {"strip.png": strip} | ({"verdict.txt": f"{said}\n".encode()} if said else {})

    def told(self, files: Mapping[str, bytes]) -> str:
        return ""

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        return dict(metadata), tensors


def verdict(bits: float, baselines: Mapping[str, float]) -> str:
    """Better or worse than linear prediction, in a sentence."""
    line = baselines[ADAPTIVE]
    by = f"{abs(line - bits):.2f} bits a sample"
    if bits < line - 0.005:
        return f"better than linear prediction by {by}: {bits:.3f} against {line:.3f}"
    if bits > line + 0.005:
        return f"worse than linear prediction by {by} so far: {bits:.3f} against {line:.3f}; train longer"
    return f"as good as linear prediction so far: {bits:.3f} against {line:.3f}; train longer"


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    train, valid = _parts(document, items)
    rate_hz = document["encoding"]["rate_hz"]
    shown = _different(valid or train)[:N_SAMPLES]
    if not shown:
        raise InputError("there is no clip to learn from")
    cut = tuple(replace(clip, samples=clip.samples[: round(SAMPLE_S * rate_hz)]) for clip in shown)
    return Artist(document["schedule"]["seed"], cut, document["baselines"])


def _different(clips: Sequence[Clip]) -> list[Clip]:
    """Clips of different labels and notes first, from all over the list."""
    spread = (
        [clips[int(i)] for i in np.linspace(0, len(clips) - 1, min(len(clips), 8 * N_SAMPLES))]
        if clips
        else []
    )
    seen, first, rest = set[Any](), list[Clip](), list[Clip]()
    for clip in spread:
        key: tuple[Any, ...] = clip.label[:1] or tuple(note.pitch for note in clip.notes)
        (rest if key in seen else first).append(clip)
        seen.add(key)
    return first + rest


def _called(clip: Clip) -> str:
    words = [value for value in clip.label if value]
    if len(clip.notes) == 1:
        words.append(f"MIDI {clip.notes[0].pitch:g}")
    return ", ".join(words) or clip.name


def _read(data: bytes) -> tuple[Floats, int] | None:
    """The sound in a sample's file; None where somebody has damaged it."""
    try:
        found = audio.mono_from_bytes(data)
    except InputError:
        return None
    return found.samples, found.rate_hz
