"""The plan of a song: everything that is decided before the first note.

`plan_for(mood, wishes, seed)` turns valence, arousal and named feelings into key, mode, tempo, meter, form
and curves. What the user stated is obeyed exactly; the rest is drawn from the stream (seed, "plan", keywords).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import numpy as np

from aoede.errors import UsageError
from aoede.mood.request import Mood
from aoede.mood.wishes import Wishes
from aoede.music.means import (
    ACOUSTIC_BASS,
    BACKINGS,
    FINGER_BASS,
    LEADS,
    MEANS,
    MODES_BY_VALENCE,
    Means,
)
from aoede.music.theory import MODES, Key, make_key, tonic_name
from aoede.randomness import stream
from aoede.song import Meter

MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 300.0
MAX_BARS = 512
DEFAULT_BARS = 32
_PHRASE_BARS = 4

T = TypeVar("T")


@dataclass(frozen=True)
class PlannedSection:
    name: str  # "intro", "verse", "chorus", "bridge", "outro"
    material: str  # sections with the same letter share chords and melody
    bars: int
    energy: float  # 0..1, how full the band plays
    lift: float  # semitones by which this section's melody lies above the song's centre
    velocity: float  # centre of its velocities, 1..127


@dataclass(frozen=True)
class Plan:
    key: Key
    tempo_bpm: float  # quarter notes a minute
    meter: Meter
    sections: tuple[PlannedSection, ...]
    valence: float  # [-1, 1]; the harmony is chosen near this point
    arousal: float
    feelings: Mapping[str, float]
    density: float  # melody notes a quarter note
    chords_a_bar: float  # 0.5, 1 or 2
    legato: float  # sounding share of a melody note's length, 0..1
    register: float  # centre pitch of the melody
    cadence: str  # "authentic", "plagal", "half" or "open"
    programs: Mapping[str, int] = field(default_factory=dict)  # role -> General MIDI program

    @property
    def bars(self) -> int:
        return sum(section.bars for section in self.sections)


def plan_for(mood: Mood, wishes: Wishes, *, seed: int) -> Plan:
    """The plan that fits `mood`, with every wish obeyed exactly.

    Raises UsageError for a wish that no song can have (0 bars, 5000 bpm, a meter of 1/64).
    """
    rng = stream(seed, "plan", *mood.keywords)
    means = _blend(mood.feelings)
    key = _key(mood.valence, wishes, means, rng)
    meter = _meter(wishes, means, rng)
    tempo_bpm = _tempo(mood.arousal, wishes, means, rng)
    bars = _checked("bars", DEFAULT_BARS if wishes.bars is None else wishes.bars, 1, MAX_BARS)
    return Plan(
        key=key,
        tempo_bpm=tempo_bpm,
        meter=meter,
        sections=_sections(int(bars), mood.arousal, means),
        valence=mood.valence,
        arousal=mood.arousal,
        feelings=dict(mood.feelings),
        density=float(np.clip((1.0 + 0.45 * mood.arousal) * means.density, 0.4, 1.8)),
        chords_a_bar=_chords_a_bar(tempo_bpm, meter, mood.arousal),
        legato=float(
            np.clip(0.86 - 0.14 * mood.arousal if means.legato is None else means.legato, 0.5, 0.98)
        ),
        register=float(np.clip(69 + 2.5 * mood.valence + means.register, 60, 76)),
        cadence=means.cadence,
        programs=_programs(mood, means, rng),
    )


def _checked(what: str, value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise UsageError(
            f"{what} must be between {least:g} and {most:g}, not {value:g}", where=f"--{what.split()[0]}"
        )
    return value


def _blend(feelings: Mapping[str, float]) -> Means:
    """The means of several feelings: choices from the strongest, numbers averaged by weight."""
    named = sorted(((w, f) for f, w in feelings.items() if f in MEANS and w > 0), key=lambda p: (-p[0], p[1]))
    if not named:
        return Means()
    total = sum(weight for weight, _ in named)
    strongest = MEANS[named[0][1]]

    def mean(attribute: str) -> float:
        return sum(weight * float(getattr(MEANS[name], attribute)) for weight, name in named) / total

    legatos = [(w, MEANS[name].legato) for w, name in named]
    stated = [(w, legato) for w, legato in legatos if legato is not None]
    return Means(
        modes=tuple(dict.fromkeys(mode for _, name in named[:2] for mode in MEANS[name].modes)),
        tempo=mean("tempo"),
        density=mean("density"),
        register=mean("register"),
        climb=mean("climb"),
        swell=mean("swell"),
        legato=sum(w * x for w, x in stated) / sum(w for w, _ in stated) if stated else None,
        cadence=strongest.cadence,
        meters=strongest.meters,
        leads=tuple(dict.fromkeys(lead for _, name in named[:2] for lead in MEANS[name].leads)),
        backings=strongest.backings,
    )


def _choose(options: Sequence[T], rng: np.random.Generator, falloff: float = 0.6) -> T:
    """One of `options`, each `falloff` times as likely as the one before it."""
    weights = falloff ** np.arange(len(options))
    return options[int(rng.choice(len(options), p=weights / weights.sum()))]


def _key(valence: float, wishes: Wishes, means: Means, rng: np.random.Generator) -> Key:
    drawn_mode = _mode(valence, means, rng)
    drawn_pc = int(rng.integers(12))
    mode = wishes.mode or drawn_mode
    return make_key(wishes.tonic or tonic_name(drawn_pc, mode), mode)


def _mode(valence: float, means: Means, rng: np.random.Generator) -> str:
    """A mode on the side of the valence asked for, preferably one that the feelings like.

    A feeling may colour the valence but not contradict it: hope in a dark request stays in a minor mode.
    """
    by_valence = next(modes for least, modes in MODES_BY_VALENCE if valence >= least)
    is_minor = 3 in MODES[max(by_valence, key=lambda mode: by_valence[mode])]
    liked = [mode for mode in means.modes if (3 in MODES[mode]) == is_minor]
    if liked:
        return _choose(liked, rng, falloff=0.45)
    modes = list(by_valence)
    return modes[int(rng.choice(len(modes), p=[by_valence[mode] for mode in modes]))]


def _meter(wishes: Wishes, means: Means, rng: np.random.Generator) -> Meter:
    numerator, denominator = means.meters[int(rng.integers(len(means.meters)))]
    if wishes.meter is not None:
        numerator, denominator = wishes.meter
    if not 2 <= numerator <= 15 or denominator not in (2, 4, 8, 16):
        raise UsageError(
            f"{numerator}/{denominator} is not a meter that can be played here",
            hint="Meters have 2 to 15 beats of a half, quarter, eighth or sixteenth note, e.g. 3/4 or 6/8.",
        )
    return Meter(0, numerator, denominator)


def _tempo(arousal: float, wishes: Wishes, means: Means, rng: np.random.Generator) -> float:
    """96 bpm at rest, 58 at the calmest and 158 at the most restless, then the feelings' factor."""
    free = 96.0 * 1.65**arousal * means.tempo * float(rng.uniform(0.96, 1.04))
    drawn = float(round(np.clip(free, *(wishes.tempo_range_bpm or (48.0, 184.0)))))
    stated = drawn if wishes.tempo_bpm is None else wishes.tempo_bpm
    return _checked("tempo in bpm", stated, MIN_TEMPO_BPM, MAX_TEMPO_BPM)


def _chords_a_bar(tempo_bpm: float, meter: Meter, arousal: float) -> float:
    """The rate that comes nearest to a chord every 2.6 seconds, or sooner when the song is restless."""
    bar_s = meter.bar_ticks / 480 * 60 / tempo_bpm
    wanted_s = 2.6 - 0.8 * arousal
    rate = bar_s / wanted_s
    if rate > 1.7 and meter.numerator % 2 == 0:
        return 2.0
    return 0.5 if rate < 0.6 else 1.0


def _form(bars: int) -> list[tuple[str, str, int]]:
    """(name, material, bars) of each section; the bars add up exactly.

    Eight-bar verses and choruses stand between an intro and an outro of four. What does not fill a
    section of eight lengthens the end, or is a bridge before the last section.
    """
    if bars < 12:
        return [("verse", "A", bars)]
    frame = 4 if bars >= 24 else 0
    n_sections, rest = divmod(bars - 2 * frame, 8)
    form = _body(n_sections)
    if rest >= 4:
        form.insert(len(form) - 1 if n_sections > 1 else 1, ("bridge", "C", rest))
        rest = 0
    if frame:
        return [("intro", "A", frame), *form, ("outro", "O", frame + rest)]
    name, material, n = form[-1]
    return [*form[:-1], (name, material, n + rest)]


def _body(n_sections: int) -> list[tuple[str, str, int]]:
    """Verse and chorus in turn; of an odd number, one more verse (three) or a bridge (five and more)."""
    verse, chorus, bridge = ("verse", "A", 8), ("chorus", "B", 8), ("bridge", "C", 8)
    pairs, odd = divmod(n_sections, 2)
    form = [verse, chorus] * pairs
    if odd and n_sections <= 3:
        return [verse, *form]
    return [*form[:-1], bridge, form[-1]] if odd else form


_ENERGY = {"intro": 0.25, "verse": 0.45, "chorus": 0.85, "bridge": 0.6, "outro": 0.35}
_LIFT = {"intro": 0.0, "verse": -1.0, "chorus": 2.5, "bridge": 1.0, "outro": 0.0}


def _sections(bars: int, arousal: float, means: Means) -> tuple[PlannedSection, ...]:
    form = _form(bars)
    places = np.linspace(0.0, 1.0, len(form)) if len(form) > 1 else np.array([0.5])
    sections = []
    for (name, material, n), place in zip(form, places, strict=True):
        energy = _ENERGY[name] + 0.1 * place
        velocity = 76 + 20 * arousal + 18 * (energy - 0.5) + means.swell * (place - 0.4)
        sections.append(
            PlannedSection(
                name=name,
                material=material,
                bars=n,
                energy=float(np.clip(energy, 0, 1)),
                lift=float(_LIFT[name] + means.climb * (place - 0.5)),
                velocity=float(np.clip(velocity, 36, 112)),
            )
        )
    return tuple(sections)


def _programs(mood: Mood, means: Means, rng: np.random.Generator) -> dict[str, int]:
    lead = _choose(means.leads or LEADS["bright" if mood.valence >= 0 else "dark"], rng)
    backings = means.backings or BACKINGS["calm" if mood.arousal < 0.2 else "restless"]
    backing = _choose([program for program in backings if program != lead] or list(backings), rng)
    return {"melody": lead, "chords": backing, "bass": FINGER_BASS if mood.arousal > 0.15 else ACOUSTIC_BASS}


def phrase_lengths(bars: int) -> list[int]:
    """How a section of `bars` falls into phrases of four bars; a rest of one joins the last."""
    starts = [*range(0, bars, _PHRASE_BARS), bars]
    lengths = [b - a for a, b in pairwise(starts)]
    if len(lengths) > 1 and lengths[-1] == 1:
        lengths[-2:] = [lengths[-2] + 1]
    return lengths
