"""Songs with stand-ins, and the figures of bench/earn.py: of harmony, melody and drums against songs held out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from drums import GROOVE_STEPS, N_FRAMES, divergence, ids_of, windows
from melody import _preset_parts
from numpy.typing import NDArray
from stand_ins import (
    Anything,
    CountedChords,
    OtherDrummer,
    alone,
    by_chance,
    chance_alone,
    chance_drummer,
    counted_alone,
    counting_drummer,
)

from aoede.compose import fill
from aoede.encodings.chords import N_CHORDS, REDUCED, encode
from aoede.encodings.drums import N_KINDS, PITCHES
from aoede.encodings.melody import Melodies, Melody
from aoede.encodings.melody_columns import BACK_BARS, ECHOES, PITCH, shape_of
from aoede.encodings.melody_sight import piece_of
from aoede.learning import harmony as songbooks
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
from aoede.music.drums import Book, drum_parts_for
from aoede.music.feel import swing_of
from aoede.music.melody_model import MelodyModel
from aoede.music.plan import Plan
from aoede.sketches import Sketch, changes_of, sketch
from aoede.song import Note, Song, Track
from hundred_requests import REQUESTS
from song_claims import is_heard, signature_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint8]
N_FIRST = 64  # notes in which motifs are looked for
N_SIZES = 25  # intervals of up to an octave, either way
_POWERS = 1 << np.arange(N_KINDS)

# --- the songs --------------------------------------------------------------------------------------


@dataclass
class Made:
    """A song with what the figures need."""

    sketch: Sketch
    song: Song
    figures: dict[str, float] = field(default_factory=dict)
    counts: dict[str, Floats] = field(default_factory=dict)  # whose divergence is told over all songs
    grooves: dict[str, Bits] = field(default_factory=dict)  # of each material


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
            return Made(each, only_drums(parts, each.plan), grooves=grooves_of(each.plan, each.seed))
        kept = {role: program for role, program in each.plan.programs.items() if role in roles}
        each = replace(each, plan=replace(each.plan, programs=kept))
        return Made(each, fill(each))


def grooves_of(plan: Plan, seed: int) -> dict[str, Bits]:
    style = drum_style(plan)
    book = Book(plan, style, levels_of(plan, style), seed)
    return {section.material: book.groove(section.material) for section in plan.sections}


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
        Figure("goes on as a motif before did", 0, 3),
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
        self._unknown = unknown
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
            nats.mean(), np.nan, np.nan, motifs(first_sung(each)),
            _off(critique.places.get("melody:similar_bars", np.nan)), chord_tones(each), share_inside(sung),
            len(critique.faults),
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
            names[3]: float(np.nanmean([motifs(melody) for melody in self._unknown])),
        }


def first_sung(each: Made) -> Melody | None:
    """The melody where its materials come first, none of what returns."""
    seen, kept, begin = set[str](), list[Note](), 0
    plan = each.sketch.plan
    for section, notes in zip(plan.sections, each.sketch.drawn[1], strict=True):
        if notes and section.material not in seen:
            seen.add(section.material)
            kept += [replace(note, start_ticks=note.start_ticks + begin) for note in notes]
            begin += section.bars * plan.meter.bar_ticks
    return melody_of(Song("", (Track("Melody", tuple(kept), role="melody"),), meters=(plan.meter,)))


def motifs(melody: Melody | None) -> float:
    """Share of the first notes whose pitch is what followed when the same intervals came before."""
    if melody is None or len(melody) < N_FIRST:
        return np.nan
    piece = piece_of(melody, ("before",)).part(slice(N_FIRST))
    proposed = piece.known[PITCH].proposals[:, len(BACK_BARS) + ECHOES.index("intervals")]
    return float(np.mean(proposed == piece.chosen[:, PITCH]))


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
        Figure("nats a sixteenth under held-out takes", -1),
        Figure("kinds at each sixteenth: divergence from held-out takes", -1, 3),
        Figure("struck together: divergence from held-out takes", -1, 3),
        Figure("hits a sixteenth, off from what song and section ask for", -1),
        Figure("hits a sixteenth, off from the median take", -1),
        Figure("neighbouring bars alike, off from the mean take", -1),
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
        self._alike = np.mean([alike(pair.reshape(2, 1, N_PLACES, N_KINDS)) for pair in pairs])
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
        off = [
            off_wanted(each), abs(full - np.median(self._full)),
            abs(alike(hits.reshape(-1, 1, N_PLACES, N_KINDS)) - self._alike), low <= full <= high,
        ]  # fmt: skip
        values = [nats.mean(), np.nan, np.nan, *off]
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


def off_wanted(each: Made) -> float:
    """How far the grooves of a song are from the hits a sixteenth that its liveliest sections ask for."""
    plan, off = each.sketch.plan, []
    for section in plan.sections:
        groove = each.grooves.get(section.material)
        if groove is not None:
            energies = [other.energy for other in plan.sections if other.material == section.material]
            off.append(
                abs(groove.sum() / len(groove) - drums_module._wanted_density(max(energies), plan.arousal))
            )
    return float(np.mean(off))


def alike(bars: Bits) -> float:
    """Share of the hits that neighbouring bars (N, 1, 16, 9) have in common."""
    first, second = bars[:-1], bars[1:]
    both, either = (first & second).sum(axis=(1, 2, 3)), (first | second).sum(axis=(1, 2, 3))
    return float((both / np.maximum(1, either)).mean())


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
