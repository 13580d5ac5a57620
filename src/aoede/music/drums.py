"""The drum part: one groove a material, drawn from the drummer's model and kept steady over its sections.

    a notebook of two-bar grooves of the style -> one for each material, near the wanted density -> sections
    -> velocities and timing -> notes

A section is its two bars again and again; the last bar before the next section ends in a fill, which the model plays
as well, and a chorus begins with a crash. What the model is told is style and tempo; kick and snare have a skeleton
that the style asks for, around which it plays.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.drums import (
    CLOSED_HAT,
    CRASH,
    DURATION_TICKS,
    KICK,
    N_KINDS,
    OPEN_HAT,
    PITCHES,
    RIDE,
    SNARE,
    TOMS,
    Groove,
    UInt8,
)
from aoede.music.drum_setting import STEP_TICKS, Setting, bar_places
from aoede.music.drum_styles import (
    CROSS_STICK,
    DRIVING,
    FULL,
    PEDAL_HAT,
    PULSE,
    SILENT,
    SOFT,
    DrumStyle,
    drum_style,
    levels_of,
)
from aoede.music.drummer import Guide, drummer
from aoede.music.feel import bounded_ms, placed, swing_of
from aoede.music.plan import Plan, PlannedSection
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note

N_GROOVES, N_FILLS = 16, 12  # candidates
GROOVE_BARS = 2
# Hits a step in two bars of Groove's beats, at these shares of them (639 pairs of bars).
_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
_DENSITIES = (0.50, 0.62, 0.81, 0.97, 1.16, 1.28, 1.40)
_HANDS = (SNARE, CRASH, *TOMS, OPEN_HAT, RIDE, CLOSED_HAT)  # what hands strike, the dearest first
_KEEPERS = (CLOSED_HAT, RIDE, OPEN_HAT)  # what keeps time
_TEMPERATURE = 0.9  # what is to come again and again is a little plainer than what is played once
_NEAREST = 3  # candidates among which chance decides
_ALIKE, _UNLIKE_COSTS = 0.6, 1.0  # share of hits that two bars have in common: the median of Groove is 0.5
_CHATTER_COSTS = 0.2  # a hit a bar
_FILLS_BY = 0.75  # hits of snare and toms in a fill for a hit in a groove: 0.62 a step in Groove
_FASTEST_SIXTEENTHS_BPM = 112.0  # above it one hand keeps time in eighths
_STEADINESS = 0.7  # of the hand that strikes: 1 is that of the people of Groove
_GAIN = {PULSE: 0.58, SOFT: 0.70, FULL: 0.88, DRIVING: 0.97}
# Of the kinds: pads are not all as sensitive as the drums that play.
_BALANCE = (1.15, 1.0, 0.84, 0.78, 0.95, 0.95, 0.95, 0.9, 0.8)
_USUAL, _CONTRAST = 0.62, 0.85  # mean of the model's velocities, and how much of their differences stays
_LEAST_OF_BEAT = {KICK: 0.50, SNARE: 0.68, CRASH: 0.75}
_MOST_OF_GHOST, _MOST_OF_LOOSE = 0.42, 0.62  # of a snare around a backbeat, and where there is none
_TIMING = 0.5  # share of the model's deviations: the nearer to the grid, the better others can join

Floats = NDArray[np.float32]


def drum_parts_for(plan: Plan, changes: Sequence[Sequence[PlacedChord]], seed: int) -> list[tuple[Note, ...]]:
    """The drums of every section, in ticks from its beginning: General MIDI drum pitches.

    A silent section has no notes. All stay inside of their own bar, also where they come early.
    """
    style = drum_style(plan)
    levels = levels_of(plan, style)
    if not any(levels):
        return [()] * len(levels)
    book = Book(plan, style, levels, seed)
    parts = list[tuple[Note, ...]]()
    for index, section in enumerate(plan.sections):
        if levels[index] == SILENT:
            parts.append(())
            continue
        end = changes[index][-1].start_ticks if index == len(levels) - 1 and changes[index] else None
        parts.append(_section(book, index, section, end, stream(seed, "drums", section.name, index)))
    return parts


class Book:
    """What the drummer knows of a song: its grooves and fills."""

    def __init__(self, plan: Plan, style: DrumStyle, levels: Sequence[int], seed: int) -> None:
        self.plan, self.style, self.levels, self._seed = plan, style, levels, seed
        self.bar = bar_places(plan.meter)
        self.setting = Setting(style.told, plan.tempo_bpm)
        self._skeleton = _skeleton(style, self.bar * GROOVE_BARS, plan.tempo_bpm)
        drawn = self._drawn("grooves", self.setting, self._skeleton, N_GROOVES)
        self._grooves = [_steadied(hits, self.bar, style) for hits in drawn]
        self._fills = list[UInt8]()
        self._chosen = dict[str, UInt8]()

    def _drawn(self, what: str, setting: Setting, guide: Guide, n: int) -> list[UInt8]:
        places = self.bar * (len(guide.must) // len(self.bar))
        rng = stream(self._seed, "drums", what)
        drawn = drummer().grooves(setting, places, rng, n=n, guide=guide, temperature=_TEMPERATURE)
        return [_playable(hits, foot=bool(self.style.hats)) for hits in drawn]

    def groove(self, material: str) -> UInt8:
        """(GROOVE_BARS bars, 9) the groove of a material, as full as its liveliest section wants it."""
        if material not in self._chosen:
            energies = [s.energy for s in self.plan.sections if s.material == material]
            wanted = _wanted_density(max(energies), self.plan.arousal)
            misfits = [_misfit(hits, wanted, self._skeleton, self.style.ghosts) for hits in self._grooves]
            rng = stream(self._seed, "drums", material)
            self._chosen[material] = self._grooves[_chosen(misfits, rng)]
        return self._chosen[material]

    def fill(self, n_steps: int, energy: float, rng: np.random.Generator) -> UInt8:
        """(n_steps, 9) the end of a fill, at most a bar."""
        if not self._fills:
            guide = Guide.none(len(self.bar), N_KINDS)
            guide.may[:, CRASH] = 0
            setting = Setting(self.style.told, self.plan.tempo_bpm, is_fill=True)
            self._fills = self._drawn("fills", setting, guide, N_FILLS)
        wanted = _FILLS_BY * _wanted_density(energy, self.plan.arousal)
        ends = [fill[-n_steps:] for fill in self._fills]
        misfits = [abs(_density(end[:, [SNARE, *TOMS]]) - wanted) + _stillness(end) for end in ends]
        return self._fills[_chosen(misfits, rng)][-n_steps:]


def _density(hits: UInt8) -> float:
    """Hits a step."""
    return float(hits.sum()) / len(hits)


def _wanted_density(energy: float, arousal: float) -> float:
    """Hits a step; the share of Groove's beats that are less full goes with energy and arousal."""
    return float(np.interp(0.45 * energy + 0.18 * (arousal + 1), _SHARES, _DENSITIES))


def _misfit(hits: UInt8, wanted: float, skeleton: Guide, ghosts: float) -> float:
    """How far a groove (two bars, 9) is from what a song wants; 0 is best.

    It should be as full as is wanted, its bars should be alike, and its snare should not chatter around the backbeat.
    """
    first, second = hits[: len(hits) // 2], hits[len(hits) // 2 :]
    alike = float((first & second).sum()) / max(1, int((first | second).sum()))
    chatter = 0.0
    if skeleton.must[:, SNARE].any():
        extra = (hits[:, SNARE] & ~skeleton.must[:, SNARE]).sum() / GROOVE_BARS
        chatter = max(0.0, float(extra) - ghosts)
    return abs(_density(hits) - wanted) + _UNLIKE_COSTS * max(0.0, _ALIKE - alike) + _CHATTER_COSTS * chatter


def _stillness(fill: UInt8) -> float:
    """Beats by which the longest rest in a fill exceeds half a beat: one that stands still is none."""
    struck = np.flatnonzero(fill[:, [SNARE, *TOMS]].any(axis=1))
    gaps = np.diff(np.concatenate([[-1], struck, [len(fill)]])) - 1
    return max(0.0, float(gaps.max()) / 4 - 0.5)


def _chosen(misfits: Sequence[float], rng: np.random.Generator) -> int:
    """Which candidate: one of the few that fit best, by chance."""
    order = np.argsort(np.array(misfits), kind="stable")
    return int(order[rng.integers(min(_NEAREST, len(order)))])


def _skeleton(style: DrumStyle, places: Sequence[int], tempo_bpm: float) -> Guide:
    """What each step must and may have: no toms, no crashes, an open hat off the beat alone, the style's own beat."""
    guide = Guide.none(len(places), N_KINDS)
    guide.may[:, [*TOMS, CRASH]] = 0
    always = ((KICK, style.kicks), (SNARE, style.snares), (RIDE, style.rides), (CLOSED_HAT, style.hats))
    is_fast = tempo_bpm > _FASTEST_SIXTEENTHS_BPM and not style.rides
    for t, place in enumerate(places):
        guide.may[t, OPEN_HAT] = place % 4 == 2
        if is_fast and place % 2:
            guide.may[t, [CLOSED_HAT, RIDE]] = 0
        if style.rides:
            guide.may[t, RIDE] = place in style.rides
        for kind, where in always:
            guide.must[t, kind] = place in where
        guide.may[t, KICK], guide.may[t, SNARE] = place not in style.no_kicks, place not in style.no_snares
    return guide


def _playable(hits: UInt8, *, foot: bool = False) -> UInt8:
    """Hits (T, 9) with at most two hands at once and a hat that is open or closed; `foot`: which closes the hat."""
    made = hits.copy()
    made[made[:, OPEN_HAT] > 0, CLOSED_HAT] = 0
    hands = _HANDS if not foot else _HANDS[:-1]
    for row in made:
        for kind in [kind for kind in hands if row[kind]][2:]:
            row[kind] = 0
    return made


def _steadied(hits: UInt8, bar: Sequence[int], style: DrumStyle) -> UInt8:
    """A groove whose time is kept by one cymbal, on every beat at least.

    Of hat and ride the one that is struck more often keeps time, and the other is left out but for the foot of jazz.
    """
    made = hits.copy()
    ride, hat = made[:, RIDE].sum(), made[:, [CLOSED_HAT, OPEN_HAT]].sum()
    keeper = RIDE if ride >= hat else CLOSED_HAT
    if style.rides:
        keeper = RIDE
        made[:, OPEN_HAT] = 0
        made[[bar[t % len(bar)] not in style.hats for t in range(len(made))], CLOSED_HAT] = 0
    elif keeper == RIDE:
        made[:, [CLOSED_HAT, OPEN_HAT]] = 0
    else:
        made[:, RIDE] = 0
    every = 4 if style.told in ("jazz", "funk", "hiphop") else 2
    for t in range(len(made)):
        place = bar[t % len(bar)]
        if place % every == 0 and not made[t, [keeper, OPEN_HAT]].any():
            made[t, keeper] = 1
    return _playable(made, foot=bool(style.hats))


# Sections


def _section(
    book: Book, index: int, section: PlannedSection, end_ticks: int | None, rng: np.random.Generator
) -> tuple[Note, ...]:
    """The drums of one section; at `end_ticks`, if it is given, they come to their last hit."""
    plan, level, n_bar = book.plan, book.levels[index], len(book.bar)
    groove = _at_level(book.groove(_material(plan, index)), level, book)
    n_steps = section.bars * n_bar
    hits = np.tile(groove, (-(-n_steps // len(groove)), 1))[:n_steps]
    if level == FULL and not book.style.rides:
        _turned(hits, book)
    n_fill = 0
    following = book.levels[index + 1] if index + 1 < len(book.levels) else SILENT
    if level >= SOFT and following >= SOFT:
        n_fill = _fill_steps(book, index, rng)
        hits[-n_fill:] = book.fill(n_fill, plan.sections[index + 1].energy, rng)
    elif level >= FULL and index + 1 < len(book.levels):
        hits[-n_bar // 4 :, KICK] = 0  # it steps back: no drive into what is quiet
    if _has_crash(book, index):
        hits[0, [CRASH, KICK]] = 1
        hits[0, list(_KEEPERS)] = 0
    if end_ticks is not None:
        last = min(n_steps - 1, max(0, round(end_ticks / STEP_TICKS)))
        hits[last:] = 0
        if level >= SOFT:
            hits[last, [KICK, CRASH if level >= FULL else RIDE]] = 1
    if swing_of(plan) != 0.5:
        hits = _long_short(hits, foot=bool(book.style.hats))
    struck = drummer().struck(hits, book.bar, book.setting, rng, temperature=_STEADINESS)
    return _notes(struck, n_fill, book, level, section.velocity)


def _material(plan: Plan, index: int) -> str:
    """Whose groove a section has: an intro with a material of its own what follows it, an outro what was before."""
    sections = plan.sections
    beside = {"intro": index + 1, "outro": index - 1}.get(sections[index].name, index)
    if not 0 <= beside < len(sections) or sum(s.material == sections[index].material for s in sections) > 1:
        return sections[index].material
    return sections[beside].material


def _at_level(groove: UInt8, level: int, book: Book) -> UInt8:
    """As much of a groove as is played: time alone; without ghosts; all, on the hat; all, on the ride."""
    made = groove.copy()
    keeps = made[:, list(_KEEPERS)].any(axis=1)
    places = np.array([book.bar[t % len(book.bar)] for t in range(len(made))])
    if level == PULSE:
        made[:] = 0
        made[:, CLOSED_HAT] = keeps & (places % 2 == 0)
        return made
    if level == SOFT and book.style.snares:
        made[~np.isin(places, book.style.snares), SNARE] = 0
    if not book.style.rides:
        away, to = (list(_KEEPERS), RIDE) if level == DRIVING else ([RIDE], CLOSED_HAT)
        moved = made[:, away].any(axis=1)
        made[:, away] = 0
        made[moved, to] = 1
    return made


def _long_short(hits: UInt8, *, foot: bool) -> UInt8:
    """Hits of swung music: what falls late in a beat is its second eighth, which swing puts there."""
    made = hits.copy()
    late = np.arange(len(hits)) % 4 == 3
    at = np.flatnonzero(late)
    made[at - 1] |= made[at]
    made[at] = 0
    return _playable(made, foot=foot)


def _turned(hits: UInt8, book: Book) -> None:
    """Every fourth bar that goes on ends with the hat open, where a hat keeps time: a phrase is over."""
    n_bar = len(book.bar)
    for end in range(4 * n_bar, len(hits), 4 * n_bar):
        at = end - 2
        if hits[at, CLOSED_HAT] and not hits[end - n_bar : end, OPEN_HAT].any():
            hits[at, [CLOSED_HAT, OPEN_HAT]] = 0, 1
            hits[at + 1, CLOSED_HAT] = 0


def _fill_steps(book: Book, index: int, rng: np.random.Generator) -> int:
    """How long the fill before the next section is: a beat, half a bar, or now and then a bar before a chorus."""
    n_bar = len(book.bar)
    beat = min(n_bar, 4)
    half = max(beat, n_bar // 2 // 2 * 2)
    if book.levels[index + 1] < FULL:
        return beat
    is_chorus = book.plan.sections[index + 1].name == "chorus" and book.levels[index] >= FULL
    choices = (half, half, n_bar) if is_chorus else (beat, half)
    return choices[int(rng.integers(len(choices)))]


def _has_crash(book: Book, index: int) -> bool:
    """A chorus begins with one, and what is driving after a fill."""
    if book.levels[index] < FULL or index == 0:
        return False
    return book.plan.sections[index].name == "chorus" or (
        book.levels[index] == DRIVING and book.levels[index - 1] >= SOFT
    )


# Notes


def _notes(groove: Groove, n_fill: int, book: Book, level: int, velocity: float) -> tuple[Note, ...]:
    """The notes of a section around its velocity, their timing inside of what a band can join.

    But in the last `n_fill` steps a snare is the backbeat or a ghost of it.
    """
    plan, style = book.plan, book.style
    steps, kinds = np.nonzero(groove.hits)
    step_ms = STEP_TICKS * 60_000 / TICKS_PER_QUARTER / plan.tempo_bpm
    off_ms = groove.offsets[steps, kinds].astype(np.float64) * step_ms * _TIMING
    off_ms = bounded_ms(off_ms - off_ms.mean()) if len(off_ms) else off_ms
    loud = _USUAL + (groove.velocities[steps, kinds].astype(np.float64) - _USUAL) * _CONTRAST
    pitches = _pitches(style, level)
    found = dict[tuple[int, int], Note]()
    for step, kind, late, share in zip(
        steps.tolist(), kinds.tolist(), off_ms.tolist(), loud.tolist(), strict=True
    ):
        if step < len(groove) - n_fill:
            share = _in_groove(share, kind, book.bar[step % len(book.bar)], style)
        played = min(127, max(1, round(share * _BALANCE[kind] / _USUAL * velocity * _GAIN[level])))
        start = placed(step * STEP_TICKS, late, plan)
        found[start, pitches[kind]] = Note(start, pitches[kind], DURATION_TICKS, played)
    return tuple(sorted(found.values()))


def _in_groove(share: float, kind: int, place: int, style: DrumStyle) -> float:
    """How loud a hit of a groove is: what carries the beat is heard, and the snare around it stays below."""
    if kind == SNARE and place not in style.snares:
        return min(share, _MOST_OF_GHOST if style.snares else _MOST_OF_LOOSE)
    carries = (
        kind == CRASH or (kind == KICK and place in style.kicks) or (kind == SNARE and place in style.snares)
    )
    return max(share, _LEAST_OF_BEAT[kind]) if carries else share


def _pitches(style: DrumStyle, level: int) -> tuple[int, ...]:
    """The pitch of each kind: in soft sections of some styles the snare is a cross-stick, before them a shaker."""
    pitches = list(PITCHES)
    if level == SOFT and style.has_rim:
        pitches[SNARE] = CROSS_STICK
    if style.hats:
        pitches[CLOSED_HAT] = PEDAL_HAT
    if level == PULSE:
        pitches[CLOSED_HAT] = style.quiet or (PITCHES[RIDE] if style.told == "jazz" else PITCHES[CLOSED_HAT])
    return tuple(pitches)
