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
from aoede.music.form import Form, form_for, form_of, material_of
from aoede.music.instruments import DRUMS, INSTRUMENTS, cast
from aoede.music.means import (
    ACOUSTIC_BASS,
    BACKINGS,
    FINGER_BASS,
    LEADS,
    MEANS,
    MODE_SPANS,
    MODES_BY_VALENCE,
    Means,
)
from aoede.music.styles import STYLES, STYLES_BY_FEELING
from aoede.music.theory import MODES, Key, make_key, tonic_name
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Meter

MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 300.0
MAX_BARS = 512
SURPRISE_BY_DARKNESS = 0.8  # how readily the darkest songs borrow chords from outside their scale
WANTED_CHORD_S = 2.6  # how long a chord lasts where the bars allow it
SIGN_FALLOFF = 0.75  # how much less often a key is drawn for each sharp or flat of its signature
LIGHTER_BY_VALENCE = 0.1  # how much less of each note sounds in the brightest song than in a neutral one
LOUDER_BY_AROUSAL, SOFTER_BY_VALENCE = 25.0, 5.0  # velocity
VEILED_BY_AROUSAL = 0.15  # how much less plainly the most restless songs tell their key, in valence
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
    variation: int = 0  # 0 the first time that its material is sung, 1, 2 ... when it returns
    key_shift: int = 0  # semitones by which it stands above the song's key


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
    programs: Mapping[str, int] = field(default_factory=dict)  # role -> General MIDI program, drums -> DRUMS
    style: str = "pop"  # a key of STYLES
    surprise: float = 0.0  # 0..1: how readily chords come from outside the mode
    articulation: float = 1.0  # factor on how long the accompaniment's notes sound, as far as the next allows

    @property
    def clarity(self) -> float:
        """-1..1: how plainly the chords tell their key; bright songs do, and calm ones sooner than restless ones."""
        return float(np.clip(self.valence - VEILED_BY_AROUSAL * self.arousal, -1, 1))

    @property
    def bars(self) -> int:
        return sum(section.bars for section in self.sections)

    @property
    def bar_s(self) -> float:
        """Seconds that a bar takes."""
        return _bar_s(self.meter, self.tempo_bpm)

    def key_of(self, section: PlannedSection) -> Key:
        """The key in which a section stands."""
        if not section.key_shift:
            return self.key
        return make_key(
            tonic_name((self.key.tonic_pc + section.key_shift) % 12, self.key.mode), self.key.mode
        )


def plan_for(mood: Mood, wishes: Wishes, *, seed: int) -> Plan:
    """The plan that fits `mood`, with every wish obeyed exactly.

    Raises UsageError for a wish that no song can have (0 bars, 5000 bpm, a meter of 1/64).
    """
    rng = stream(seed, "plan", *mood.keywords)
    means = _blend(mood.feelings)
    key = _key(mood.valence, wishes, means, rng)
    style, meter, tempo_bpm = _manner(mood, wishes, means, rng)
    return Plan(
        key=key,
        tempo_bpm=tempo_bpm,
        meter=meter,
        sections=_sections(
            _form(style, meter, tempo_bpm, wishes, rng), mood, means, _rise(mood, wishes, style, rng)
        ),
        valence=mood.valence,
        arousal=mood.arousal,
        feelings=dict(mood.feelings),
        density=_density(mood, wishes, means),
        chords_a_bar=_chords_a_bar(tempo_bpm, meter),
        legato=_legato(mood, means),
        register=_register(mood, wishes, means),
        cadence=means.cadence,
        programs=_programs(mood, wishes, means, style, rng),
        style=style,
        surprise=_surprise(mood, wishes),
        articulation=_articulation(mood),
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
    """Keys of few signs are played, sung and read most easily, so they come most often."""
    drawn_mode = _mode(valence, means, rng)
    mode = wishes.mode or drawn_mode
    keys = [make_key(tonic_name(pc, mode), mode) for pc in range(12)]
    weights = SIGN_FALLOFF ** np.array([abs(key.signature.sharps) for key in keys])
    drawn = keys[int(rng.choice(12, p=weights / weights.sum()))]
    return make_key(wishes.tonic, mode) if wishes.tonic else drawn


def _mode(valence: float, means: Means, rng: np.random.Generator) -> str:
    """A mode on the side of the valence asked for, preferably one that the feelings like.

    A feeling may colour the valence but not contradict it: hope in a dark request stays in a minor mode, and where
    the valence is between bright and dark chance decides.
    """
    by_valence = next(modes for least, modes in MODES_BY_VALENCE if valence >= least)
    thirds = {3 in MODES[mode] for mode in by_valence}
    liked = [mode for mode in means.modes if thirds == {3 in MODES[mode]} and _suits(mode, valence)]
    if liked:
        return _choose(liked, rng, falloff=0.25)
    modes = list(by_valence)
    return modes[int(rng.choice(len(modes), p=[by_valence[mode] for mode in modes]))]


def _suits(mode: str, valence: float) -> bool:
    least, most = MODE_SPANS[mode]
    return least <= valence <= most


def _manner(mood: Mood, wishes: Wishes, means: Means, rng: np.random.Generator) -> tuple[str, Meter, float]:
    """Style, meter and tempo: a style that is asked for shapes the others, else it is one that suits them."""
    drawn = 96.0 * 1.65**mood.arousal * means.tempo * float(rng.uniform(0.96, 1.04))
    span = wishes.tempo_range_bpm or (
        STYLES[wishes.manner.style].tempo_bpm if wishes.manner.style else (48.0, 184.0)
    )
    free = float(round(np.clip(drawn, *span)))
    tempo_bpm = _checked(
        "tempo in bpm", free if wishes.tempo_bpm is None else wishes.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM
    )
    meters = (wishes.manner.style and STYLES[wishes.manner.style].meters) or means.meters
    meter = _meter(wishes.meter or meters[int(rng.integers(len(meters)))])
    style = _style(mood, meter, tempo_bpm, rng)
    return wishes.manner.style or style, meter, tempo_bpm


def _meter(meter: tuple[int, int]) -> Meter:
    numerator, denominator = meter
    if not 2 <= numerator <= 15 or denominator not in (2, 4, 8, 16):
        raise UsageError(
            f"{numerator}/{denominator} is not a meter that can be played here",
            where="--meter",
            hint="Meters have 2 to 15 beats of a half, quarter, eighth or sixteenth note, e.g. 3/4 or 6/8.",
        )
    return Meter(0, numerator, denominator)


def _style(mood: Mood, meter: Meter, tempo_bpm: float, rng: np.random.Generator) -> str:
    """A style that the strongest feelings like and that meter and tempo allow."""
    named = sorted((f for f in mood.feelings if f in STYLES_BY_FEELING), key=lambda f: -mood.feelings[f])
    liked = [style for feeling in named[:2] for style in STYLES_BY_FEELING[feeling]]
    usual = ("pop", "folk") if mood.arousal > 0 else ("ballad", "folk", "pop")
    suitable: list[str] = [
        style
        for style in dict.fromkeys((*liked, *usual, "pop"))
        if STYLES[style].tempo_bpm[0] <= tempo_bpm <= STYLES[style].tempo_bpm[1]
        and (not STYLES[style].meters or (meter.numerator, meter.denominator) in STYLES[style].meters)
    ]
    return _choose(suitable or ["pop"], rng, falloff=0.5)


def _bar_s(meter: Meter, tempo_bpm: float) -> float:
    return meter.bar_ticks / TICKS_PER_QUARTER * 60 / tempo_bpm


def _form(style: str, meter: Meter, tempo_bpm: float, wishes: Wishes, rng: np.random.Generator) -> Form:
    """The sections of the song: as asked, or as the style has them, so that it takes 90 to 180 seconds."""
    wanted_s = float(rng.uniform(105.0, 150.0))
    bars = wishes.bars
    if bars is not None:
        _checked("bars", bars, 1, MAX_BARS)
    if wishes.manner.form is None:
        form = form_for(STYLES[style].form, _bar_s(meter, tempo_bpm), bars, wanted_s)
    else:
        form = form_of(wishes.manner.form, bars)
    _checked("bars", sum(n for _, n in form), 1, MAX_BARS)
    return form


def _rise(mood: Mood, wishes: Wishes, style: str, rng: np.random.Generator) -> int:
    """Semitones by which the last chorus and what follows rise: some bright or big songs, never a stated key."""
    drawn, semitones = float(rng.random()), int(rng.integers(1, 3))
    bright = 0.5 * max(0.0, mood.valence) + 0.4 * max(0.0, mood.arousal)
    likes = style in ("pop", "ballad", "anthem", "rock") and wishes.tonic is None and wishes.mode is None
    return semitones if likes and drawn < bright else 0


def _density(mood: Mood, wishes: Wishes, means: Means) -> float:
    """Melody notes a quarter: by arousal and feeling, halved or doubled as far as is wished."""
    wished = (
        1.0 if wishes.manner.density is None else 2.0 ** (2 * _share("density", wishes.manner.density) - 1)
    )
    return float(np.clip((1.0 + 0.3 * mood.arousal) * means.density * wished, 0.3, 2.4))


def _legato(mood: Mood, means: Means) -> float:
    """The sounding share of the melody's notes: the feeling's own, and lighter the brighter it is."""
    usual = 0.84 - 0.08 * mood.arousal if means.legato is None else means.legato
    lighter = LIGHTER_BY_VALENCE * (mood.valence - 0.8 * mood.arousal)
    return float(np.clip(usual - lighter, 0.5, 0.98))


def _articulation(mood: Mood) -> float:
    """Bright songs step lightly and dark ones hold on to their notes; calm ones breathe, where notes are long anyway.

    Listeners hear short notes as bright (r = -.19 of length with valence; staccato is happy in Oliveira & Cardoso).
    """
    return float(np.clip((0.92 - 0.32 * mood.valence) * (1 + 0.3 * mood.arousal), 0.5, 1.5))


def _register(mood: Mood, wishes: Wishes, means: Means) -> float:
    """The centre of the melody: by mood and feeling, a seventh lower or higher as far as is wished.

    Bright songs lie high, restless ones low (r = .15 and -.24 of register with listeners' valence and arousal).
    """
    wished = (
        0.0 if wishes.manner.register is None else 20 * (_share("register", wishes.manner.register) - 0.5)
    )
    return float(np.clip(69 + 5 * mood.valence - 2.5 * mood.arousal + means.register + wished, 58, 78))


def _surprise(mood: Mood, wishes: Wishes) -> float:
    if wishes.manner.surprise is None:
        return float(np.clip(-SURPRISE_BY_DARKNESS * mood.valence * (1 + 0.5 * mood.arousal), 0, 1))
    return _share("surprise", wishes.manner.surprise)


def _share(what: str, value: float) -> float:
    return _checked(what, value, 0.0, 1.0)


def _chords_a_bar(tempo_bpm: float, meter: Meter) -> float:
    """The rate that comes nearest to a chord every 2.6 seconds."""
    bar_s = meter.bar_ticks / 480 * 60 / tempo_bpm
    rate = bar_s / WANTED_CHORD_S
    if rate > 1.5 and meter.numerator % 2 == 0:
        return 2.0
    return 0.5 if rate < 0.6 else 1.0


ENERGY = {
    "intro": 0.25, "verse": 0.45, "pre-chorus": 0.6, "chorus": 0.85, "bridge": 0.6, "solo": 0.65, "outro": 0.35,
}  # fmt: skip
LIFT = {
    "intro": 0.0, "verse": -1.0, "pre-chorus": 1.0, "chorus": 2.5, "bridge": 1.0, "solo": 3.0, "outro": 0.0,
}  # fmt: skip


def _sections(form: Form, mood: Mood, means: Means, rise: int) -> tuple[PlannedSection, ...]:
    """The curves over the form: energy, register and loudness grow as the feelings want."""
    places = np.linspace(0.0, 1.0, len(form)) if len(form) > 1 else np.array([0.5])
    choruses = [i for i, (name, _) in enumerate(form) if name == "chorus"]
    risen = choruses[-1] if len(choruses) > 2 else len(form)
    loudness = 76 + LOUDER_BY_AROUSAL * mood.arousal - SOFTER_BY_VALENCE * mood.valence
    times: dict[str, int] = {}
    sections = []
    for i, ((name, bars), place) in enumerate(zip(form, places, strict=True)):
        energy = ENERGY[name] + 0.1 * place
        velocity = loudness + 18 * (energy - 0.5) + means.swell * (place - 0.4)
        material = material_of(name)
        section = PlannedSection(
            name=name,
            material=material,
            bars=bars,
            energy=float(np.clip(energy, 0, 1)),
            lift=float(LIFT[name] + means.climb * (place - 0.5)),
            velocity=float(np.clip(velocity, 36, 112)),
            variation=times.get(material, 0),
            key_shift=rise if i >= risen else 0,
        )
        times[material] = times.get(material, 0) + (name != "intro")
        sections.append(section)
    return tuple(sections)


def _programs(
    mood: Mood, wishes: Wishes, means: Means, style: str, rng: np.random.Generator
) -> dict[str, int]:
    """Who plays what: the instruments asked for and no others, or a band of the style."""
    band = _band(mood, means, style, stated=wishes.manner.style is not None, rng=rng)
    without = {INSTRUMENTS[name].program for name in wishes.manner.without}
    if wishes.manner.instruments:
        return cast([name for name in wishes.manner.instruments if name not in wishes.manner.without])
    left = {role: program for role, program in band.items() if program not in without}
    for name in wishes.manner.featured:
        instrument = INSTRUMENTS[name]
        left[instrument.roles[0]] = instrument.program
    if "melody" not in left:
        spare = [p for p in (*LEADS["bright"], *LEADS["dark"]) if p not in {*without, *band.values()}]
        left = {"melody": spare[0], **left}
    return left


def _band(mood: Mood, means: Means, style: str, *, stated: bool, rng: np.random.Generator) -> dict[str, int]:
    """A melody, chords, a bass, one colour and, where it is lively enough for the style, drums."""
    manner = STYLES[style]
    leads = (manner.leads if stated else ()) or means.leads or manner.leads
    lead = _choose(leads or LEADS["bright" if mood.valence >= 0 else "dark"], rng)
    backings = (manner.backings if stated else ()) or means.backings or manner.backings
    backings = backings or BACKINGS["calm" if mood.arousal < 0.2 else "restless"]
    backing = _choose([program for program in backings if program != lead] or list(backings), rng)
    colour = _choose([p for p in manner.colours if p not in (lead, backing)] or list(manner.colours), rng)
    bass = (FINGER_BASS if mood.arousal > 0.15 else ACOUSTIC_BASS) if manner.bass is None else manner.bass
    drums = {"drums": DRUMS} if mood.arousal >= manner.drums_from else {}
    return {"melody": lead, "chords": backing, "bass": bass, "colour": colour, **drums}


def phrase_lengths(bars: int) -> list[int]:
    """How a section of `bars` falls into phrases of four bars; a rest of one joins the last."""
    starts = [*range(0, bars, _PHRASE_BARS), bars]
    lengths = [b - a for a, b in pairwise(starts)]
    if len(lengths) > 1 and lengths[-1] == 1:
        lengths[-2:] = [lengths[-2] + 1]
    return lengths
