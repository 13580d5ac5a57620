"""Does every model earn its place? Songs in which one of harmony, melody and drums comes from something simpler.

    python bench/earn.py ../shared/data                    # forty songs, a quarter of an hour on one core
    python bench/earn.py ../shared/data --only drums --songs 100

Forty requests (hundred_requests.py), seed and first candidate, no critic, no words, nothing stated. All but the part
in question is drawn with the same seeds. What judges the parts are songs that no model has seen: n-grams counted on
the held-out ones alone ("nats under held-out songs"), and how often each pair of chords, each pair of intervals, each
drum at each sixteenth comes in them (Jensen-Shannon divergence in bits, 0 for the same shares). The last column is
what real songs have: those that the models learned from. A figure is marked where it is worse than the shipped
model's, song by song, by more than twice the standard error of the difference; of figures over all songs together
the error is that of drawing the songs again.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from drums import GROOVE_STEPS, N_FRAMES, divergence, ids_of, windows
from melody import _preset_parts
from numpy.typing import NDArray

from aoede.compose import Sketch, changes_of, fill, sketch
from aoede.encodings.changes import SONGBOOKS, ChordChanges
from aoede.encodings.chords import N_CHORDS, REDUCED, decode, encode
from aoede.encodings.drums import N_KINDS, PITCHES
from aoede.encodings.melody import Melodies
from aoede.encodings.melody_columns import shape_of
from aoede.encodings.melody_sight import piece_of
from aoede.learning import harmony as songbooks
from aoede.learning.checkpoint import load_preset
from aoede.learning.drum_takes import is_validation, parted, takes
from aoede.learning.generators import Tune, tune
from aoede.learning.melodies import melody_of
from aoede.models.ngram import ConditionedConfig, NGram
from aoede.models.ngram.melody import Config as Counts
from aoede.models.ngram.melody import Model as MelodyNGram
from aoede.music import changes as changes_module
from aoede.music import drums as drums_module
from aoede.music.bands import share_inside
from aoede.music.chord_model import ChordModel, chord_model
from aoede.music.critic import score
from aoede.music.drum_setting import N_PLACES
from aoede.music.drum_styles import drum_style, levels_of
from aoede.music.drummer import Guide, drummer
from aoede.music.drums import drum_parts_for
from aoede.music.feel import swing_of
from aoede.music.melody_model import MelodyModel
from aoede.music.plan import Plan
from aoede.music.theory import PlacedChord
from aoede.neural.events.model import FORBIDDEN
from aoede.randomness import stream
from aoede.song import Note, Song, Track
from hundred_requests import REQUESTS
from song_claims import is_heard, signature_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint8]
ORDER = 4
N_SIZES = 25  # intervals of up to an octave, either way
N_AGAIN = 200  # times that songs are drawn again for the error of a divergence
_POWERS = 1 << np.arange(N_KINDS)


# --- what stands in a model's place -----------------------------------------------------------------


class Anything:
    """A model of events that knows nothing: whatever may be chosen is as likely as all else."""

    def begin(self, n: int = 1) -> int:
        return n

    def advance(self, state: int, read: Any) -> int:
        return len(read)

    def scores(self, state: int, which: int, known: Any) -> Floats:
        return np.where(known.attributes[:, :, 0] == 0, float(FORBIDDEN), 0.0)

    def select(self, state: int, rows: Sequence[int]) -> int:
        return len(rows)


@dataclass(frozen=True)
class CountedChords:
    """An n-gram of chords in the place of the shipped one, under the same rules."""

    model: NGram
    conditions: tuple[tuple[str, str], ...]
    name: str = "counted"
    sha256: str = ""

    def of_section(self, name: str) -> NGram:
        return self.model


def by_chance() -> ChordModel:
    return ChordModel("chance", SimpleNamespace(), Anything(), ChordChanges(SONGBOOKS[1:]), "")  # type: ignore[arg-type]


def alone(each: Sketch, draw: Callable[[int, str, np.random.Generator], Sequence[int]]) -> Sketch:
    """The sketch with chords that are drawn a section's material at a time, with no rule of form or mood."""
    found: dict[str, Sequence[int]] = {}
    placed = []
    plan = each.plan
    span = int(plan.meter.bar_ticks / plan.chords_a_bar)
    longest = max(section.bars for section in plan.sections) * plan.meter.bar_ticks // span + 1
    for section in plan.sections:
        rng = stream(each.seed, "alone", section.material)
        ids = found.setdefault(section.material, draw(longest, plan.key.mode, rng))
        end, tonic_pc = section.bars * plan.meter.bar_ticks, plan.key_of(section).tonic_pc
        placed.append(
            [
                PlacedChord(start, min(start + span, end), decode(int(chord), tonic_pc))
                for start, chord in zip(range(0, end, span), ids, strict=False)
            ]
        )
    return replace(each, changes=placed)


def counted_alone(n: int, mode: str, rng: np.random.Generator) -> Sequence[int]:
    """Chords as the shipped n-gram of songs has them, and no more."""
    found = load_preset("harmony")
    model = NGram.from_tensors(found.metadata["config"], found.tensors)
    conditions = [tuple(pair) for pair in found.metadata["conditions"]]
    learned = "major" if mode in ("major", "lydian", "mixolydian") else "minor"
    state = model.start((), np.array([conditions.index((learned, "billboard"))]))
    ids, newest = list[int](), None
    for _ in range(n):
        log_p, state = model.step(state, newest)
        newest = np.argmax(log_p + rng.gumbel(size=log_p.shape), axis=1)
        ids.append(int(newest[0]))
    return ids


def chance_alone(n: int, mode: str, rng: np.random.Generator) -> Sequence[int]:
    """Any chord of the mode, none twice in a row."""
    inside = np.flatnonzero(songs_of_mode(mode))
    ids = [int(rng.choice(inside))]
    while len(ids) < n:
        ids.append(int(rng.choice(inside[inside != ids[-1]])))
    return ids


def songs_of_mode(mode: str) -> NDArray[np.bool_]:
    from aoede.music.harmony import _inside

    return _inside(mode)


@dataclass(frozen=True)
class OtherDrummer:
    """Grooves from elsewhere, struck as the shipped drummer strikes them."""

    draw: Callable[[Guide, np.random.Generator, int, float], Bits]

    def grooves(self, setting: Any, places: Any, rng: Any, *, n: int, guide: Guide | None = None,
                temperature: float = 1.0) -> Bits:  # fmt: skip
        return self.draw(guide or Guide.none(len(places), N_KINDS), rng, n, temperature)

    def struck(self, *arguments: Any, **options: Any) -> Any:
        return drummer().struck(*arguments, **options)


def counting_drummer(model: NGram) -> OtherDrummer:
    def draw(guide: Guide, rng: np.random.Generator, n: int, temperature: float) -> Bits:
        made = np.zeros((n, len(guide.must), N_KINDS), np.uint8)
        state = model.start(np.zeros((n, 0), np.int64))
        logs, state = model.step(state)
        for t in range(len(guide.must)):
            ids = np.argmax(logs / temperature + rng.gumbel(size=logs.shape), axis=1)
            made[:, t] = (ids[:, None] >> np.arange(N_KINDS) & 1) & guide.may[t] | guide.must[t]
            logs, state = model.step(state, made[:, t].astype(np.int64) @ _POWERS)
        return made

    return OtherDrummer(draw)


def chance_drummer() -> OtherDrummer:
    """Every kind that may be struck is or is not, one as likely as the other."""

    def draw(guide: Guide, rng: np.random.Generator, n: int, temperature: float) -> Bits:
        drawn = (rng.random((n, *guide.must.shape)) < 0.5).astype(np.uint8)
        return drawn & guide.may | guide.must

    return OtherDrummer(draw)


# --- the songs --------------------------------------------------------------------------------------


@dataclass
class Made:
    """A song with what the figures need."""

    sketch: Sketch
    song: Song
    figures: dict[str, float] = field(default_factory=dict)
    counts: dict[str, Floats] = field(default_factory=dict)  # whose divergence is told over all songs


Variant = tuple[Callable[[Sketch], Sketch], Callable[[], Any]]  # of the sketch; what is patched meanwhile


def the_same(each: Sketch) -> Sketch:
    return each


def sung_by(found: Tune) -> Variant:
    return (lambda each: replace(each, singer=found)), nullcontext


def chords_by(found: Any) -> Variant:
    """The chord model replaced under the same rules, and as many candidates."""

    @contextmanager
    def patched() -> Iterator[None]:
        with (
            patch.object(changes_module, "N_OF_NETWORK", changes_module.N_CANDIDATES),
            patch.object(changes_module, "ChordModel", ChordModel | CountedChords),
        ):
            yield

    return (lambda each: replace(each, player=found)), patched


def drums_by(found: OtherDrummer) -> Variant:
    return the_same, lambda: patch.object(drums_module, "drummer", lambda: found)


def made(index: int, variant: Variant, roles: frozenset[str]) -> Made:
    """The song, of whose other parts those are left away that no figure hears: they have seeds of their own."""
    changed, patched = variant
    each = planned(index)
    with patched():
        each = changed(each)
        if roles == {"drums"}:
            parts = drum_parts_for(each.plan, changes_of(each), each.seed)
            return Made(each, only_drums(parts, each.plan))
        kept = {role: program for role, program in each.plan.programs.items() if role in roles}
        return Made(each, fill(replace(each, plan=replace(each.plan, programs=kept))))


def only_drums(parts: Sequence[Sequence[Note]], plan: Plan) -> Song:
    notes, begin = list[Note](), 0
    for section, part in zip(plan.sections, parts, strict=True):
        notes += [replace(note, start_ticks=note.start_ticks + begin) for note in part]
        begin += section.bars * plan.meter.bar_ticks
    return Song("", (Track("Drums", tuple(sorted(notes)), is_drum=True),))


def planned(index: int) -> Sketch:
    return sketch(REQUESTS[index % len(REQUESTS)], seed=index, lyrics="")


def drummed(plan: Plan) -> bool:
    """Whether its drums can be compared with takes of straight sixteenths in 4/4."""
    four = (plan.meter.numerator, plan.meter.denominator) == (4, 4)
    return (
        "drums" in plan.programs and four and swing_of(plan) == 0.5 and any(levels_of(plan, drum_style(plan)))
    )


# --- figures: harmony -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """better: -1 where less is better, 1 where more is, 0 where it should be as in real songs."""

    name: str
    better: int
    places: int = 2


def chords_of(each: Made) -> list[tuple[str, list[int]]]:
    """(mode of songbooks, functional ids) of every section."""
    changes, plan = each.sketch.drawn[0], each.sketch.plan
    found = []
    for section, placed in zip(plan.sections, changes, strict=True):
        tonic_pc = plan.key_of(section).tonic_pc
        ids = [encode(one.chord, tonic_pc) for one in placed]
        merged = [chord for i, chord in enumerate(ids) if not i or chord != ids[i - 1]]
        found.append(("minor" if plan.key.is_minor else "major", merged))
    return found


def pair_counts(passages: Sequence[tuple[str, Sequence[int]]]) -> Floats:
    """Pairs of neighbouring chords, of each the degree and whether its third is minor, in major and in minor."""
    minor = np.array([REDUCED[i % len(REDUCED)] in ("min", "min7", "dim", "m7b5") for i in range(N_CHORDS)])
    kinds = np.arange(N_CHORDS) // len(REDUCED) * 2 + minor
    counts = np.zeros((2, 24, 24))
    for mode, ids in passages:
        found = kinds[np.array(ids, np.int64)]
        np.add.at(counts[int(mode == "minor")], (found[:-1], found[1:]), 1)
    return counts.ravel()


class Harmony:
    figures = (
        Figure("nats a chord under held-out songs", 0),
        Figure("pairs of chords: divergence from held-out songs", -1, 3),
        Figure("key finder agrees, first and last section", 1),
        Figure("measures inside the bands of real songs", 1),
        Figure("phrases that end on tonic or dominant", 1),
    )
    roles = frozenset({"melody", "chords", "bass"})

    def __init__(self, data: Path) -> None:
        every = songbooks.passages(data)
        self.known = [p for p in every if not songbooks.held_out(p.song)]
        unknown = [p for p in every if songbooks.held_out(p.song)]
        self._judge = NGram.fit(
            ConditionedConfig(3, N_CHORDS, 2),
            [p.ids for p in unknown],
            [int(p.mode == "minor") for p in unknown],
        )
        self.reference = {self.figures[1].name: pair_counts([(p.mode, p.ids) for p in unknown])}

    def variants(self) -> dict[str, Variant]:
        songs = {song: i for i, song in enumerate(sorted({p.song for p in self.known}))}
        modes = [songbooks.MODE_NAMES.index(p.mode) for p in self.known]
        counted = NGram.fit(
            ConditionedConfig(1, N_CHORDS, 2),
            [p.ids for p in self.known],
            modes,
            [songs[p.song] for p in self.known],
        )
        conditions = tuple((mode, "") for mode in songbooks.MODE_NAMES)
        return {
            "shipped": (the_same, nullcontext),
            "single chords counted, same rules": chords_by(CountedChords(counted, conditions)),
            "chance, same rules": chords_by(by_chance()),
            "its n-gram alone": ((lambda each: alone(each, counted_alone)), nullcontext),
            "chance alone": ((lambda each: alone(each, chance_alone)), nullcontext),
            "--harmony rnn": chords_by(chord_model()),
        }

    def measure(self, each: Made) -> None:
        passages = chords_of(each)
        nats = self._judge.log_probabilities_of(
            [ids for _, ids in passages], [int(mode == "minor") for mode, _ in passages]
        )
        song, plan = each.song, each.sketch.plan
        heard = [
            is_heard(song, section, signature_at(song, section.start_ticks))
            for section in (song.sections[0], song.sections[-1])
        ]
        ends = [ids[-1] // len(REDUCED) in (0, 7) for _, ids in passages]
        values = [-nats.mean(), np.nan, np.mean(heard), share_inside(score(song, plan).places), np.mean(ends)]
        each.figures = {figure.name: float(v) for figure, v in zip(self.figures, values, strict=True)}
        each.counts = {self.figures[1].name: pair_counts(passages)}

    def real(self) -> dict[str, float]:
        part = self.known[::4]
        nats = self._judge.nats_per_symbol([p.ids for p in part], [int(p.mode == "minor") for p in part])
        name = self.figures[1].name
        counts = pair_counts([(p.mode, p.ids) for p in part])
        return {self.figures[0].name: nats, name: divergence(counts, self.reference[name])}


# --- figures: melody --------------------------------------------------------------------------------


def interval_pairs(pitches: Ints) -> Floats:
    counts = np.zeros((N_SIZES, N_SIZES))
    steps = np.clip(np.diff(pitches), -12, 12) + 12
    np.add.at(counts, (steps[:-1], steps[1:]), 1)
    return counts.ravel()


def rhythm_pairs(onsets: Ints) -> Floats:
    """Times between notes, two neighbouring ones, in eighths of a quarter, at most two bars."""
    counts = np.zeros((33, 33))
    waits = np.clip(np.diff(onsets) // 3, 0, 32)
    np.add.at(counts, (waits[:-1], waits[1:]), 1)
    return counts.ravel()


class Tunes:
    figures = (
        Figure("nats a note under held-out songs", 0),
        Figure("pairs of intervals: divergence from held-out songs", -1, 3),
        Figure("pairs of times: divergence from held-out songs", -1, 3),
        Figure("bars that come again, off from held-out songs", -1, 3),
        Figure("chord tones on strong beats", 1, 3),
        Figure("melody's measures inside the bands", 1),
        Figure("things a singer objects to", -1),
    )
    told = ("meter", "chords", "mode")
    roles = frozenset({"melody", "chords"})

    def __init__(self, data: Path) -> None:
        self.known, unknown = _preset_parts(data)
        pieces = [piece_of(melody, self.told) for melody in unknown]
        self._judge = MelodyNGram.fit(Counts(shape_of(self.told), 2), pieces)
        names = [figure.name for figure in self.figures]
        self.reference = {
            names[1]: sum(interval_pairs(m.pitches) for m in unknown),
            names[2]: sum(rhythm_pairs(m.onsets) for m in unknown),
        }

    def variants(self) -> dict[str, Variant]:
        chance = Tune("chance", MelodyModel(Anything(), Melodies()), "")
        return {
            "shipped": (the_same, nullcontext),
            "its n-gram": sung_by(tune("ngram")),
            "chance": sung_by(chance),
            "--melody transformer": sung_by(tune("transformer")),
        }

    def measure(self, each: Made) -> None:
        song, plan = each.song, each.sketch.plan
        melody = melody_of(song)
        assert melody is not None
        nats = self._judge.nats([piece_of(melody, self.told)])[0][:, [0, 2]].sum(axis=1)
        critique = score(song, plan)
        sung = {name: place for name, place in critique.places.items() if name.startswith("melody:")}
        names = [figure.name for figure in self.figures]
        values = [
            nats.mean(), np.nan, np.nan, _off(critique.places.get("melody:similar_bars", np.nan)),
            chord_tones(each), share_inside(sung), len(critique.faults),
        ]  # fmt: skip
        each.figures = {name: float(v) for name, v in zip(names, values, strict=True)}
        each.counts = {names[1]: interval_pairs(melody.pitches), names[2]: rhythm_pairs(melody.onsets)}

    def real(self) -> dict[str, float]:
        part, names = self.known[::4], [figure.name for figure in self.figures]
        nats = np.concatenate(self._judge.nats([piece_of(m, self.told) for m in part]))[:, [0, 2]].sum(axis=1)
        pairs = sum(interval_pairs(m.pitches) for m in part), sum(rhythm_pairs(m.onsets) for m in part)
        return {
            names[0]: float(nats.mean()),
            names[1]: divergence(pairs[0], self.reference[names[1]]),
            names[2]: divergence(pairs[1], self.reference[names[2]]),
        }


def _off(place: float) -> float:
    """How far outside of its band, 0 inside."""
    return max(0.0, -place, place - 1)


def chord_tones(each: Made) -> float:
    """Share of the melody's notes on strong beats that belong to their chord."""
    changes, tunes = each.sketch.drawn
    plan, hits = each.sketch.plan, list[bool]()
    strong = plan.meter.bar_ticks // 2 if plan.meter.numerator % 2 == 0 else plan.meter.bar_ticks
    for placed, notes in zip(changes, tunes, strict=True):
        for note in notes:
            if note.start_ticks % strong == 0:
                here = [one for one in placed if one.start_ticks <= note.start_ticks < one.end_ticks]
                hits += [note.pitch % 12 in one.chord.pitch_classes for one in here]
    return float(np.mean(hits)) if hits else np.nan


# --- figures: drums ---------------------------------------------------------------------------------


class Beats:
    figures = (
        Figure("nats a sixteenth under held-out takes", 0),
        Figure("kinds at each sixteenth: divergence from held-out takes", -1, 3),
        Figure("struck together: divergence from held-out takes", -1, 3),
        Figure("hits a sixteenth, off from the median take", -1),
        Figure("nine of ten takes are as full", 1),
    )
    roles = frozenset({"drums"})

    def __init__(self, data: Path) -> None:
        known, unknown = parted(takes(data), is_validation)
        self.known = [take for take in known if not take.setting.is_fill]
        beats = [take for take in unknown if not take.setting.is_fill]
        self._judge = NGram.fit(ConditionedConfig(3, N_FRAMES), ids_of(beats))
        pairs = windows(unknown, stride=2)
        self._full = pairs.sum(axis=(1, 2)) / GROOVE_STEPS
        names = [figure.name for figure in self.figures]
        self.reference = {
            names[1]: _by_place(pairs.reshape(-1, N_PLACES, N_KINDS)),
            names[2]: _together(pairs.reshape(-1, N_KINDS)),
        }

    def variants(self) -> dict[str, Variant]:
        counted = NGram.fit(ConditionedConfig(5, N_FRAMES), ids_of(self.known))
        return {
            "shipped": (the_same, nullcontext),
            "its n-gram": drums_by(counting_drummer(counted)),
            "chance": drums_by(chance_drummer()),
        }

    def measure(self, each: Made) -> None:
        hits = hits_of_song(each.song, each.sketch.plan)
        names = [figure.name for figure in self.figures]
        if hits is None:
            return
        nats = -self._judge.log_probabilities_of([hits.astype(np.int64) @ _POWERS])
        full = float(hits.sum()) / len(hits)
        low, high = np.quantile(self._full, (0.05, 0.95))
        values = [nats.mean(), np.nan, np.nan, abs(full - np.median(self._full)), low <= full <= high]
        each.figures = {name: float(v) for name, v in zip(names, values, strict=True)}
        each.counts = {names[1]: _by_place(hits.reshape(-1, N_PLACES, N_KINDS)), names[2]: _together(hits)}

    def real(self) -> dict[str, float]:
        names = [figure.name for figure in self.figures]
        pairs = windows(self.known, stride=2)
        return {
            names[0]: self._judge.nats_per_symbol(ids_of(self.known)),
            names[1]: divergence(_by_place(pairs.reshape(-1, N_PLACES, N_KINDS)), self.reference[names[1]]),
            names[2]: divergence(_together(pairs.reshape(-1, N_KINDS)), self.reference[names[2]]),
        }


def _by_place(hits: Bits) -> Floats:
    """(N, 16, 9) -> counts"""
    return hits.astype(float).sum(axis=0).ravel()


def _together(hits: Bits) -> Floats:
    return np.bincount(hits.astype(np.int64) @ _POWERS, minlength=N_FRAMES).astype(float)


def hits_of_song(song: Song, plan: Plan) -> Bits | None:
    """(T, 9) whole bars of the drums where they play all kinds, None where they do not or are swung."""
    drums = next((track for track in song.tracks if track.is_drum), None)
    if drums is None:
        return None
    kinds = {pitch: kind for kind, pitch in enumerate(PITCHES)}
    hits = np.zeros((plan.bars * N_PLACES, N_KINDS), np.uint8)
    for note in drums.notes:
        if note.pitch in kinds:
            hits[min(len(hits) - 1, round(note.start_ticks / 120)), kinds[note.pitch]] = 1
    bars = hits.reshape(-1, N_PLACES, N_KINDS)
    played = bars[bars.sum(axis=(1, 2)) >= N_PLACES // 2]
    return played.reshape(-1, N_KINDS) if len(played) >= 8 else None


# --- the table --------------------------------------------------------------------------------------


def worse(figure: Figure, own: Sequence[Made], other: Sequence[Made], part: Any, real: float) -> float:
    """By how many standard errors the other songs are worse, song by song."""
    if figure.name in part.reference:
        return _divergence_worse(figure, own, other, part.reference[figure.name])
    pairs = [
        (a.figures[figure.name], b.figures[figure.name])
        for a, b in zip(own, other, strict=True)
        if figure.name in a.figures and figure.name in b.figures
    ]
    if figure.better:
        off = figure.better * np.array([a - b for a, b in pairs])
    else:
        off = np.array([abs(b - real) - abs(a - real) for a, b in pairs])
    off = off[~np.isnan(off)]
    error = off.std(ddof=1) / np.sqrt(len(off)) if len(off) > 1 else 0.0
    return float(off.mean() / error) if error else 0.0


def _divergence_worse(figure: Figure, own: Sequence[Made], other: Sequence[Made], reference: Floats) -> float:
    kept = [(a.counts[figure.name], b.counts[figure.name])
            for a, b in zip(own, other, strict=True) if a.counts and b.counts]  # fmt: skip
    tables = np.array(kept)  # (songs, 2, counts)
    rng = stream(0, "again", figure.name)
    found = []
    for _ in range(N_AGAIN):
        a, b = tables[rng.integers(len(tables), size=len(tables))].sum(axis=0)
        found.append(divergence(b, reference) - divergence(a, reference))
    error = float(np.std(found))
    a, b = tables.sum(axis=0)
    return (divergence(b, reference) - divergence(a, reference)) / error if error else 0.0


def value(figure: Figure, songs: Sequence[Made], reference: Mapping[str, Floats]) -> float:
    if figure.name in reference:
        counts = sum(each.counts[figure.name] for each in songs if each.counts)
        return divergence(counts, reference[figure.name])
    return float(np.nanmean([each.figures.get(figure.name, np.nan) for each in songs]))


def table(role: str, n: int, part: Any) -> None:
    songs: dict[str, list[Made]] = {}
    indices = list(islice((i for i in count() if role != "drums" or drummed(planned(i).plan)), n))
    for name, variant in part.variants().items():
        songs[name] = [made(index, variant, part.roles) for index in indices]
        for each in songs[name]:
            part.measure(each)
    told = sum(bool(each.figures) for each in songs["shipped"])
    print(f"\n| {role}, {told} songs | {' | '.join(songs)} | real |\n|{'---|' * (len(songs) + 2)}")
    real = part.real()
    for figure in part.figures:
        cells = []
        for name, found in songs.items():
            off = (
                worse(figure, songs["shipped"], found, part, real.get(figure.name, 0.0))
                if name != "shipped"
                else 0.0
            )
            mark = " *" if off > 2 else " (better)" if off < -2 else ""
            cells.append(f"{value(figure, found, part.reference):.{figure.places}f}{mark}")
        cells.append(f"{real[figure.name]:.{figure.places}f}" if figure.name in real else "")
        print(f"| {figure.name} | {' | '.join(cells)} |", flush=True)


ROLES: Mapping[str, Callable[[Path], Any]] = {"harmony": Harmony, "melody": Tunes, "drums": Beats}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--only", choices=list(ROLES), nargs="*", default=list(ROLES))
    options = parser.parse_args()
    for role in options.only:
        table(role, options.songs, ROLES[role](options.data))


if __name__ == "__main__":
    main()
