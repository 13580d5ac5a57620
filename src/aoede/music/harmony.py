"""Chord progressions: many are drawn from the harmony preset, those nearest to the mood are chosen.

A progression is a tuple of functional ids (`encodings.chords`), one a chord. The n-gram of the preset says
what follows what in songs; the mode, the place in the phrase and the cadence say what may stand where.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, QUALITIES, REDUCED
from aoede.errors import UsageError
from aoede.learning.checkpoint import load_preset
from aoede.models.ngram import NGram
from aoede.music.chord_model import ChordModel
from aoede.music.chord_mood import ChordMood
from aoede.music.key_clarity import veil
from aoede.music.theory import MODES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progression = tuple[int, ...]

CADENCES = ("authentic", "plagal", "half", "open")
HOME_WEIGHT = 2.0  # log weight of tonic chords where they are wanted most
AT_HOME = 1.0  # log weight by which a section rather begins on the tonic than elsewhere
_PHRASE = 4  # chords
_FORBIDDEN = -1e9


def ids_of(names: str) -> tuple[int, ...]:
    """Functional ids of words such as "7:maj 10:maj" (semitones above the tonic, quality)."""
    pairs = (name.split(":") for name in names.split())
    return tuple(int(degree) * len(REDUCED) + REDUCED.index(quality) for degree, quality in pairs)


@dataclass(frozen=True)
class _Mode:
    """What a mode asks of harmony. Chords are "degree:quality"."""

    learned: str  # the songs it is drawn after: "major" or "minor"
    tonic: tuple[int, ...]
    before_tonic: tuple[int, ...]  # what an authentic cadence comes from
    plagal: tuple[int, ...]  # what a plagal cadence comes from
    half: tuple[int, ...]  # what a half cadence ends on
    extra: tuple[int, ...] = ()  # chords outside the scale that belong to the mode all the same
    own: tuple[int, ...] = ()  # the chords by which one hears the mode
    own_weight: float = 0.0  # added to their log-probabilities
    home: float = 0.0  # added to those of the tonic: what a mode needs that is easily taken for another's


_MAJOR = ids_of("0:maj 0:maj7 0:sus2")
_MINOR = ids_of("0:min 0:min7")
_DOMINANTS = ids_of("7:maj 7:7 7:sus4")
_MODES: Mapping[str, _Mode] = {
    "major": _Mode("major", _MAJOR, _DOMINANTS, ids_of("5:maj 5:maj7 2:min7"), _DOMINANTS),
    "lydian": _Mode("major", _MAJOR, ids_of("7:maj 11:min 2:maj"), ids_of("2:maj"), ids_of("2:maj 7:maj"),
                    own=ids_of("2:maj"), own_weight=0.8, home=1.6),
    "mixolydian": _Mode("major", ids_of("0:maj 0:7 0:sus4"), ids_of("10:maj 7:min 7:min7"), ids_of("5:maj"),
                        ids_of("10:maj 5:maj 7:min"), own=ids_of("10:maj 7:min 10:maj7"), own_weight=1.2),
    "dorian": _Mode("minor", _MINOR, ids_of("10:maj 7:min 7:min7"), ids_of("5:maj 5:7"), ids_of("7:min 5:maj 10:maj"),
                    own=ids_of("5:maj 5:7 2:min"), own_weight=1.6),
    "minor": _Mode("minor", _MINOR, ids_of("7:maj 7:7 7:min 7:min7 10:maj"), ids_of("5:min 5:min7 8:maj"),
                   ids_of("7:maj 7:7 7:min 7:sus4"), extra=ids_of("7:maj 7:7 7:sus4")),
    "harmonic minor": _Mode("minor", _MINOR, ids_of("7:maj 7:7"), ids_of("5:min 5:min7"), ids_of("7:maj 7:7"),
                            extra=ids_of("3:maj 8:maj7"), own=ids_of("7:maj 7:7"), own_weight=0.8),
    "phrygian": _Mode("minor", _MINOR, ids_of("1:maj 1:maj7 10:min"), ids_of("5:min 5:min7"), ids_of("1:maj 10:min"),
                      own=ids_of("1:maj 1:maj7"), own_weight=3.5),
}  # fmt: skip
_SUS4_TO_MAJOR = REDUCED.index("sus4") - REDUCED.index("maj")
_SUSPENDED = ids_of("0:sus4 7:sus4")
# Suspensions that songs of the data have in passing over a held bass; alone they only blur.
_BLURRED = tuple(
    i for i in range(N_CHORDS) if "sus" in REDUCED[i % len(REDUCED)] and i // len(REDUCED) not in (0, 7)
)
# Where a section may begin (semitones above the tonic); a bridge turns away from home.
_OPENINGS: Mapping[str, tuple[int, ...]] = {
    "verse": (0, 5, 9, 8),
    "chorus": (0, 5, 9, 8),
    "bridge": (5, 9, 8, 2, 3, 10),
}


@lru_cache(maxsize=1)
def _preset() -> tuple[NGram, ChordMood, tuple[tuple[str, str], ...]]:
    checkpoint = load_preset("harmony")
    model = NGram.from_tensors(checkpoint.metadata["config"], checkpoint.tensors)
    conditions = tuple((mode, songbook) for mode, songbook in checkpoint.metadata["conditions"])
    return model, ChordMood.of(checkpoint), conditions


def candidates(
    n_chords: int,
    mode: str,
    section: str = "verse",
    *,
    rng: np.random.Generator,
    n: int = 64,
    start: int | None = None,
    cadence: str = "authentic",
    seventh_share: float | None = None,
    surprise: float = 0.0,
    home: float = 0.0,
    temperature: float = 1.0,
    songbook: str | None = None,
    model: ChordModel | None = None,
) -> list[Progression]:
    """Up to `n` different progressions of `n_chords` functional ids, no two neighbours alike.

    `mode` is a key of MODES; `section` ("verse", "chorus", "bridge", "intro", "outro") says how one begins and
    `cadence` how one closes: "authentic" or "plagal" on the tonic, "half" on the dominant, "open" anywhere else.
    `start` is the first chord where it is given. `seventh_share` (0..1) is the share of seventh chords, that of the
    songs where it is None; `surprise` (0..1) lets in chords from outside the mode, at 1 as often as songs have them;
    `home` (-1..1) is how much more, or less, than in songs tonic and dominant are heard.
    `songbook` is "billboard" or "pop909" for the manner of Western or Chinese pop, both where it is None.
    `model` is a network that foresees the chords in the place of the preset's n-gram.
    Raises UsageError for a mode, cadence or songbook that there is not and for fewer than one chord.
    """
    _check(n_chords, mode, cadence, songbook)
    if start is not None and not 0 <= start < N_CHORDS:
        raise UsageError(f"the first chord must be an id below {N_CHORDS}, not {start}")
    if temperature <= 0:
        raise UsageError(f"the temperature must be above 0, not {temperature:g}")
    draw = _Draw(
        n_chords, _MODES[mode], mode, section, cadence, seventh_share, surprise, home, temperature, start
    )
    found: dict[Progression, None] = {}
    for strict in (True, True, True, False):
        rows = _sample(draw, songbook, rng, 2 * n, model)
        found |= dict.fromkeys(map(tuple, (rows[_are_shapely(rows, draw.mode)] if strict else rows).tolist()))
        if len(found) >= n:
            break
    return list(found)[:n]


def constraints(n_chords: int, mode: str, section: str, *, cadence: str, surprise: float) -> Floats:
    """(n_chords, N_CHORDS) what form and mode add to the log-probability of each chord at each place.

    The arguments and errors are those of `candidates`.
    """
    _check(n_chords, mode, cadence, None)
    draw = _Draw(n_chords, _MODES[mode], mode, section, cadence, None, surprise, 0.0, 1.0, None)
    return np.array([_mode_bias(draw) + _place_bias(draw, place) for place in range(n_chords)])


def _check(n_chords: int, mode: str, cadence: str, songbook: str | None) -> None:
    if n_chords < 1:
        raise UsageError(f"a progression needs at least one chord, not {n_chords}")
    for what, value, known in (
        ("mode", mode, MODES),
        ("cadence", cadence, CADENCES),
        ("songbook", songbook or "pop909", ("billboard", "pop909")),
    ):
        if value not in known:
            raise UsageError(f"{value!r} is not a {what}", hint=f"There are {', '.join(known)}.")


@dataclass(frozen=True)
class _Draw:
    """What is asked of a progression."""

    n_chords: int
    mode: _Mode
    mode_name: str
    section: str
    cadence: str
    seventh_share: float | None
    surprise: float
    home: float
    temperature: float
    start: int | None


def _foreseen_by(network: ChordModel | None, section: str) -> tuple[Any, Sequence[tuple[str, str]]]:
    """What foresees the chords, and the mode and songbook of each of its conditions."""
    if network is None:
        ngram, _, conditions = _preset()
        return ngram, conditions
    return network.of_section(section), network.conditions


def _sample(
    draw: _Draw, songbook: str | None, rng: np.random.Generator, n: int, network: ChordModel | None = None
) -> Ints:
    """(n, n_chords) progressions, all drawn together a chord at a time."""
    model, conditions = _foreseen_by(network, draw.section)
    of_mode = [i for i, (mode, _) in enumerate(conditions) if mode == draw.mode.learned]
    fitting = [i for i in of_mode if songbook in (None, conditions[i][1])] or of_mode
    state = model.start((), rng.choice(fitting, n))
    sources = _returns(draw.n_chords, n, rng)
    chords = np.full((n, draw.n_chords), -1, np.int64)
    bias = _mode_bias(draw)
    newest: Ints | None = None
    for place in range(draw.n_chords):
        log_p, state = model.step(state, newest)
        scores = log_p / draw.temperature + bias + _place_bias(draw, place)
        if newest is not None:
            _discourage_standing(scores, newest)
        drawn = _choose(_with_sevenths(scores, draw, place), rng)
        chords[:, place] = newest = _return_to(chords, sources[:, place], drawn, place, draw)
    return chords


def _returns(n_chords: int, n: int, rng: np.random.Generator) -> Ints:
    """(n, n_chords) the earlier place that each place repeats, or -1: phrases answer one another.

    Of phrases of four chords, the second and the fourth mostly begin as the first did; the third is free.
    """
    places = np.arange(n_chords)
    phrase, inside = np.divmod(places, _PHRASE)
    answering = (phrase > 0) & (phrase % 4 != 2)
    n_same = rng.choice([0, 2, 3], size=(n, 1), p=[0.35, 0.35, 0.3])
    return np.where(answering & (inside < n_same), inside, -1)


def _return_to(chords: Ints, sources: Ints, drawn: Ints, place: int, draw: _Draw) -> Ints:
    """The chord of the phrase that is answered, but where it would stand still or spoil the cadence."""
    if place >= draw.n_chords - 2 or place == 0:
        return drawn
    repeated = chords[np.arange(len(chords)), np.maximum(sources, 0)]
    returns = (sources >= 0) & (repeated != chords[:, place - 1])
    if place == draw.n_chords - 3:  # the cadence comes next
        returns &= ~np.isin(repeated // len(REDUCED), [goal // len(REDUCED) for goal in _goals(draw)])
    return np.where(returns, repeated, drawn)


@lru_cache(maxsize=64)
def _inside(mode: str) -> NDArray[np.bool_]:
    """(N_CHORDS,) which chords have only tones of the mode's scale, or belong to it all the same."""
    scale = set(MODES[mode])
    fits = [
        {(degree + tone) % 12 for tone in QUALITIES[quality].intervals} <= scale
        for degree in range(12)
        for quality in REDUCED
    ]
    inside = np.array(fits)
    inside[list(_MODES[mode].extra)] = True
    return inside


def _mode_bias(draw: _Draw) -> Floats:
    """(N_CHORDS,) added to log-probabilities: chords outside the mode are rare, its own chords common."""
    inside = _inside(draw.mode_name)
    bias = np.where(inside, 0.0, -5.0 * (1.0 - draw.surprise))
    bias[list(_BLURRED)] -= 1.5
    bias[list(draw.mode.own)] += draw.mode.own_weight
    bias[list(draw.mode.tonic)] += HOME_WEIGHT * draw.home + draw.mode.home * (draw.cadence != "open")
    bias[list(draw.mode.before_tonic)] += 0.5 * HOME_WEIGHT * draw.home
    return bias


def _place_bias(draw: _Draw, place: int) -> Floats:
    """(N_CHORDS,) what may stand first, before the last and last; within, phrases do not close at home."""
    last = draw.n_chords - 1
    if place == 0 and draw.start is not None:
        return _only((draw.start,))
    if place == last and draw.n_chords > 1:
        return _last_bias(draw)
    if place == last - 1 and last > 1:
        return _before_last_bias(draw)
    if place == 0:
        home = draw.mode.tonic if draw.mode.own or draw.n_chords == 1 else ()
        degrees = _OPENINGS.get(draw.section, (0,))
        if home and draw.section != "bridge":
            return _only(home)
        return _on_degrees(degrees, draw) + _weigh(draw.mode.tonic, AT_HOME)
    if place == last - 2:  # what comes next is kept fresh
        return _weigh_roots(_goals(draw), -3.0)
    at_phrase_end = place % _PHRASE == _PHRASE - 1
    return _weigh(draw.mode.tonic, -1.0) if at_phrase_end else np.zeros(N_CHORDS)


def _goals(draw: _Draw) -> tuple[int, ...]:
    """The chords among which the one before the last will be, where the cadence says so."""
    return {"authentic": draw.mode.before_tonic[:2], "plagal": draw.mode.plagal}.get(draw.cadence, ())


def _last_bias(draw: _Draw) -> Floats:
    if draw.cadence == "half":
        return _only(draw.mode.half)
    if draw.cadence == "open":
        not_home = [int(i) for i in np.flatnonzero(_inside(draw.mode_name)) if i >= len(REDUCED)]
        return _only(not_home)
    return _only(draw.mode.tonic) + _weigh(draw.mode.tonic[:1], 2.0)


def _before_last_bias(draw: _Draw) -> Floats:
    if draw.cadence == "authentic":
        return _only(draw.mode.before_tonic)
    if draw.cadence == "plagal":
        return _only(draw.mode.plagal)
    endings = draw.mode.half if draw.cadence == "half" else ()
    return _weigh_roots(endings, -3.0)


def _on_degrees(degrees: Collection[int], draw: _Draw) -> Floats:
    """In-scale chords on these degrees, rather a full triad than a suspension."""
    inside = np.flatnonzero(_inside(draw.mode_name))
    suspended = [i for i in range(N_CHORDS) if "sus" in REDUCED[i % len(REDUCED)]]
    return _only([int(i) for i in inside if i // len(REDUCED) in degrees]) + _weigh(suspended, -2.0)


def _only(allowed: Sequence[int]) -> Floats:
    bias = np.full(N_CHORDS, _FORBIDDEN)
    bias[list(allowed)] = 0.0
    return bias


def _weigh(chords: Sequence[int], weight: float) -> Floats:
    bias = np.zeros(N_CHORDS)
    bias[list(chords)] = weight
    return bias


def _weigh_roots(chords: Sequence[int], weight: float) -> Floats:
    """`weight` on every chord that shares its root with one of `chords`."""
    bias = np.zeros((12, len(REDUCED)))
    bias[[chord // len(REDUCED) for chord in chords]] = weight
    return bias.reshape(-1)


def _discourage_standing(scores: Floats, newest: Ints) -> None:
    """No chord twice in a row, and seldom another chord on the same root, but where a fourth resolves."""
    rows = np.arange(len(newest))
    roots = newest // len(REDUCED)
    scores.reshape(len(newest), 12, -1)[rows, roots] -= 3.5
    resolves = np.isin(newest, _SUSPENDED)
    scores[rows[resolves], newest[resolves] - _SUS4_TO_MAJOR] += 3.5
    scores[rows, newest] = 2 * _FORBIDDEN


def _with_sevenths(scores: Floats, draw: _Draw, place: int) -> Floats:
    """Scores in which seventh chords have the share asked for, but at the close."""
    if draw.seventh_share is None or place >= draw.n_chords - 2:
        return scores
    seventh = np.array(["7" in quality for quality in REDUCED] * 12)
    odds = np.clip(draw.seventh_share, 0.01, 0.99) / (1 - np.clip(draw.seventh_share, 0.01, 0.99))
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    present = p[:, seventh].sum(axis=1) / np.maximum(p[:, ~seventh].sum(axis=1), 1e-12)
    shift = np.clip(np.log(odds) - np.log(np.maximum(present, 1e-12)), -8, 8)
    return np.asarray(scores + shift[:, None] * seventh)


def _choose(scores: Floats, rng: np.random.Generator) -> Ints:
    """One chord a row, drawn by its probability."""
    sums = np.cumsum(np.exp(scores - scores.max(axis=1, keepdims=True)), axis=1)
    return np.asarray((sums <= rng.random((len(sums), 1)) * sums[:, -1:]).sum(axis=1))


def _are_shapely(rows: Ints, mode: _Mode) -> NDArray[np.bool_]:
    """(P,) whether one would play each of these: enough different chords, no seesaw of two, the mode can be heard."""
    n = rows.shape[1]
    n_roots = _n_different(rows // len(REDUCED))
    shapely = (n_roots >= min(n - 1, 3 if n < 8 else 4)) & (_n_different(rows) >= min(n, 2))
    as_two_before = rows[:, 2:] == rows[:, :-2]
    shapely &= ~(as_two_before[:, 1:] & as_two_before[:, :-1]).any(axis=1)
    if n >= 4 and mode.own:
        shapely &= np.isin(rows, mode.own).any(axis=1)
    return np.asarray(shapely)


def _n_different(rows: Ints) -> Ints:
    """(P,) how many different numbers stand in each row."""
    return np.asarray(1 + (np.diff(np.sort(rows, axis=1), axis=1) != 0).sum(axis=1))


def nearest(
    progressions: Sequence[Progression],
    valence: float,
    feelings: Mapping[str, float],
    *,
    clarity: float | None = None,
    rng: np.random.Generator,
) -> Progression:
    """One of the progressions nearest to a mood: the four best, the first the likeliest, so that seeds differ.

    Nearness is that of the regression's valence to `valence` ([-1, 1]), less kinship with the named feelings
    (name -> weight), and that of the key's clarity to `clarity` ([-1, 1], `valence` where it is None): bright songs
    state their key, dark ones veil it.
    Arousal has no say: labelled progressions do not tell it (see the preset's card).
    Raises UsageError where there is nothing to choose from.
    """
    if not progressions:
        raise UsageError("there are no progressions to choose from")
    distances = _preset()[1].distances(progressions, valence, feelings) + veil(
        progressions, valence if clarity is None else clarity
    )
    order = np.argsort(distances, kind="stable")[:4]
    chances = 0.55 ** np.arange(len(order))
    return progressions[int(rng.choice(order, p=chances / chances.sum()))]
