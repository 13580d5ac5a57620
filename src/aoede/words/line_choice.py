"""Which lines are sung: for each phrase of a section the one that fits its notes, its rhyme, the theme and the rest.

Every line of the pool that has as many syllables as a phrase has notes is weighed: by the judge's quality, by how
near its mood is, by what of the theme it names, by how its stresses (in Chinese its tones) sit on the notes, and by
chance. A beam search then takes one line a phrase, so that lines that should rhyme do, openings lead to a main
clause, who speaks and when changes little, and no beginning, last word or image comes twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aoede.music.prosody import TONE_HEIGHTS, UNLIKE_TONES, SungLine, fit_stresses
from aoede.words.line_pool import GOING_ON, MAIN, OPENING, ORDER, PAST, SAYS_I, SAYS_WE, LinePool
from aoede.words.rhyme import LineEnd, end_of, ends_rhyme
from aoede.words.syllables import syllables_of
from aoede.words.theme import Theme

QUALITY, MOOD_VALENCE, MOOD_AROUSAL, THEME, ILL, ILL_TONE, CHANCE = 0.5, 1.8, 0.7, 3.2, 0.9, 0.6, 0.4
RHYME_AHEAD = 1.0  # how much the best rhyme to come counts when a line is chosen
NO_RHYME = -12.0
RARE = 0.5  # how much a rhyme that few lines have is preferred, or all songs would end on "night"
CHANGED = -0.9  # a syllable more or less than notes
AGAIN = -0.7  # a word that was sung before
THEME_AGAIN = -0.25  # the same of the theme
N_CANDIDATES, N_BEAM, N_A_RHYME = 48, 12, 5
FEW = 160  # lines; where fewer fit, those with a syllable more or less are looked at
LEAST_SYLLABLES = 4  # of the lines that are chosen among,
MOST_SYLLABLES = {"en": 11, "zh": 7}  # and at most

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """A line that may be sung to a phrase."""

    text: str
    score: float
    end: LineEnd | None
    begin: int = 0  # number of its beginning; 0 for none
    words: tuple[int, ...] = ()  # numbers in the pool's vocabulary
    kind: int = MAIN
    voice: int = 0


@dataclass
class Used:
    """What a song has sung already."""

    begins: set[int] = field(default_factory=set)
    ends: Counter[str] = field(default_factory=Counter)
    words: Counter[int] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)

    def take(self, lines: Iterable[Candidate]) -> None:
        for line in lines:
            self.texts.add(line.text)
            self.words.update(line.words)
            if line.begin:
                self.begins.add(line.begin)
            if line.end is not None:
                self.ends[line.end.word] += 1


class Weighed:
    """The pool as a theme sees it: what does not hang on the phrase is weighed once."""

    def __init__(self, lines: LinePool, theme: Theme) -> None:
        self.lines, self.theme = lines, theme
        weights = np.zeros(len(lines.vocabulary))
        for word, weight in theme.weights.items():
            if word in lines.vocabulary_rows:
                weights[lines.vocabulary_rows[word]] = weight
        weights[0] = 0.0
        self.word_weights = weights
        self.about = weights[lines.words].max(axis=1, initial=0.0)
        mood = MOOD_VALENCE * np.abs(lines.valence - theme.valence) + MOOD_AROUSAL * np.abs(
            lines.arousal - theme.arousal
        )
        common = np.log(np.bincount(lines.rhyme)[lines.rhyme])
        rare = RARE * (common.mean() - common)
        self.static = QUALITY * lines.quality - mood + THEME * self.about + rare

    def scores(self, phrase: SungLine, rows: Ints, used: Used, rng: np.random.Generator) -> Floats:
        """(len(rows),) how well these lines do on a phrase."""
        lines = self.lines
        scores = self.static[rows] + CHANCE * rng.gumbel(size=len(rows))
        scores += _ill(phrase, lines, rows)
        if self.theme.language == "zh" and len(rows) and (lines.n_syllables[rows] == len(phrase.notes)).all():
            scores -= ILL_TONE * _against(phrase, lines.tones(rows))
        taken = np.isin(lines.begin[rows], list(used.begins)) & (lines.begin[rows] > 0)
        scores[taken] -= 3.0
        sung = np.zeros(len(lines.vocabulary))
        for word, n in used.words.items():
            sung[word] = n * (THEME_AGAIN if self.word_weights[word] else AGAIN)
        sung[0] = 0.0
        return np.asarray(scores + sung[lines.words[rows]].sum(axis=1))

    def candidates(self, phrase: SungLine, used: Used, rng: np.random.Generator) -> "Ranked":
        """The lines for a phrase, best first."""
        most = phrase.most_syllables
        n = min(max(len(phrase.notes), LEAST_SYLLABLES), MOST_SYLLABLES[self.theme.language], most)
        rows = self.lines.of_length(n)
        if len(rows) < FEW:
            steps = (0, -1, 1) if n < most else (0, -1)
            rows = np.concatenate([self.lines.of_length(n + step) for step in steps])
        scores = self.scores(phrase, rows, used, rng)
        order = np.argsort(-scores, kind="stable")
        return Ranked(self.lines, rows[order], scores[order], used)


class Ranked:
    """Lines by how well they do on a phrase, and the best of each rhyme."""

    def __init__(self, lines: LinePool, rows: Ints, scores: Floats, used: Used) -> None:
        self._lines, self._used = lines, used
        self._made: dict[int, Candidate] = {}
        self.rows, self.scores = rows.tolist(), scores.tolist()
        self.of_rhyme: dict[str, list[int]] = {}  # rhyme -> places, best first
        for place, rhyme in enumerate(lines.rhyme[rows].tolist()):
            found = self.of_rhyme.setdefault(lines.rhyme_names[rhyme], [])
            if len(found) < 4 * N_A_RHYME:
                found.append(place)

    def at(self, place: int) -> Candidate:
        if place not in self._made:
            lines, row = self._lines, self.rows[place]
            end = end_of(lines.lines[row])
            self._made[place] = Candidate(
                lines.lines[row], self.scores[place], end, int(lines.begin[row]),
                tuple(word for word in lines.words[row].tolist() if word),
                int(lines.kind[row]), int(lines.voice[row]),
            )  # fmt: skip
        return self._made[place]

    def best(self, n: int) -> list[Candidate]:
        return [self.at(place) for place in range(min(n, len(self.rows)))]

    def rhyming(self, end: LineEnd, n: int) -> list[Candidate]:
        """The best lines that rhyme with an end."""
        found: list[Candidate] = []
        for place in self.of_rhyme.get(end.rhyme, ()):
            one = self.at(place)
            if one.end is not None and ends_rhyme(one.end, end) and one.end.word != end.word:
                found.append(one)
                if len(found) == n:
                    break
        return found


def _ill(phrase: SungLine, lines: LinePool, rows: Ints) -> Floats:
    """(len(rows),) what lines lose by how they sit on the notes, 0 and less."""
    patterns, which = np.unique(lines.stress[rows], return_inverse=True)
    cost = np.empty(len(patterns))
    for i, pattern in enumerate(patterns.tolist()):
        found = fit_stresses(phrase.shape, lines.stress_names[pattern])
        cost[i] = -ILL * found.ill + CHANGED * found.n_changes
    return np.asarray(cost[which])


def choose(
    weighed: Weighed,
    phrases: Sequence[SungLine],
    used: Used,
    rng: np.random.Generator,
    given: Mapping[int, Sequence[Candidate]],
) -> list[Candidate]:
    """A line for each phrase; `given` are the only ones for the phrases at these places."""
    ranked = [weighed.candidates(phrase, used, rng) for phrase in phrases]
    section = _Section(weighed, phrases, ranked, given, used)
    beam = [_Way()]
    for i in range(len(phrases)):
        grown = [
            section.grown(way, i, line, extra) for way in beam for line, extra in section.options(way, i)
        ]
        beam = sorted(grown, key=lambda way: -(way.score + sum(way.hopes.values())))[:N_BEAM]
    return list(beam[0].lines)


@dataclass(frozen=True)
class _Way:
    """Lines for the first phrases of a section; hopes: what their rhymes to come will bring, by place."""

    score: float = 0.0
    lines: tuple[Candidate, ...] = ()
    hopes: Mapping[int, float] = field(default_factory=dict)


class _Section:
    """The phrases of a section with the lines that may be sung to them."""

    def __init__(
        self,
        weighed: Weighed,
        phrases: Sequence[SungLine],
        ranked: Sequence[Ranked],
        given: Mapping[int, Sequence[Candidate]],
        used: Used,
    ) -> None:
        self.weighed, self.phrases, self.ranked, self.given, self.used = weighed, phrases, ranked, given, used
        self._later = [
            [j for j, later in enumerate(phrases) if later.rhymes_with == i] for i in range(len(phrases))
        ]
        self._first: dict[int, list[tuple[Candidate, float]]] = {}

    def options(self, way: _Way, i: int) -> list[tuple[Candidate, float]]:
        """The lines that may come at place i, each with the hope of rhymes to come, or what a missing one costs."""
        model = self.phrases[i].rhymes_with
        if model is None:
            if i not in self._first:
                self._first[i] = self._with_hopes(i)
            return self._first[i]
        end, own = way.lines[model].end, self.given.get(i)
        if own is not None:
            fits = [c for c in own if end is not None and c.end is not None and ends_rhyme(c.end, end)]
            return [(c, 0.0) for c in fits] or [(c, NO_RHYME) for c in own[:4]]
        found = [] if end is None else self.ranked[i].rhyming(end, N_A_RHYME)
        return [(c, 0.0) for c in found] or [(c, NO_RHYME) for c in self.ranked[i].best(4)]

    def _with_hopes(self, i: int) -> list[tuple[Candidate, float]]:
        later, own = self._later[i], self.given.get(i)
        if not later:
            return [(line, 0.0) for line in (own or self.ranked[i].best(N_CANDIDATES))]
        found = []
        for line in own or _varied(self.ranked[i]):
            hope = sum(_hope(line.end, self.ranked[j], self.given.get(j)) for j in later)
            found.append((line, RHYME_AHEAD * hope))
        found.sort(key=lambda pair: -(pair[0].score + pair[1]))
        return found[:N_CANDIDATES]

    def grown(self, way: _Way, i: int, line: Candidate, extra: float) -> _Way:
        model = self.phrases[i].rhymes_with
        hopes = {
            place: hope for place, hope in way.hopes.items() if place != model or i != self._later[place][-1]
        }
        score = way.score + line.score + _flow(way.lines, line, i, len(self.phrases)) + self._again(way, line)
        if self._later[i]:
            return _Way(score, (*way.lines, line), {**hopes, i: extra})
        return _Way(score + extra, (*way.lines, line), hopes)

    def _again(self, way: _Way, line: Candidate) -> float:
        """What it costs that a line repeats something."""
        weights = self.weighed.word_weights
        cost = sum(
            THEME_AGAIN if weights[word] else AGAIN
            for other in way.lines
            for word in line.words
            if word in other.words
        )
        for other in way.lines:
            cost -= 4.0 * (line.begin > 0 and line.begin == other.begin)
            cost -= 2.5 * (line.end is not None and other.end is not None and line.end.word == other.end.word)
        cost -= 1.0 * (self.used.ends[line.end.word] if line.end is not None else 0)
        return cost - 6.0 * (line.text in self.used.texts)


def _varied(ranked: Ranked) -> list[Candidate]:
    """The best lines, of each rhyme only some."""
    places = sorted(place for found in ranked.of_rhyme.values() for place in found[:N_A_RHYME])
    return [ranked.at(place) for place in places[: 4 * N_CANDIDATES]]


def _hope(end: LineEnd | None, ranked: Ranked, given: Sequence[Candidate] | None) -> float:
    """The score of the best line that will rhyme."""
    best = _best_rhyme(end, ranked, given)
    return best if best is not None else NO_RHYME + ranked.scores[0]


def _best_rhyme(end: LineEnd | None, ranked: Ranked, given: Sequence[Candidate] | None) -> float | None:
    if end is None:
        return None
    if given is not None:
        return max((c.score for c in given if c.end is not None and ends_rhyme(c.end, end)), default=None)
    return next((c.score for c in ranked.rhyming(end, 1)), None)


def _flow(before: Sequence[Candidate], line: Candidate, i: int, n: int) -> float:
    """How well a line follows the one before it, and stands at the beginning or at the end."""
    if not before:
        return -2.0 if line.kind == GOING_ON else 0.2 * (line.kind == OPENING) * (n > 1)
    last = before[-1]
    flow = 0.0
    if last.kind == OPENING:
        flow += {MAIN: 0.5, ORDER: 0.3, OPENING: -0.8, GOING_ON: -1.3}[line.kind]
    elif line.kind == OPENING:
        flow += 0.1
    elif line.kind == GOING_ON:
        flow += 0.5 if last.kind != GOING_ON else -0.6
    elif line.kind == ORDER and last.kind == ORDER:
        flow -= 0.3
    speaks, spoke = line.voice & (SAYS_I | SAYS_WE), last.voice & (SAYS_I | SAYS_WE)
    flow -= 0.5 * bool(speaks and spoke and speaks != spoke)
    flow -= 0.3 * ((line.voice & PAST) != (last.voice & PAST))
    if i + 1 == n and line.kind == OPENING:  # nothing follows that it could belong to
        flow -= 2.0
    return flow


def candidate_of(text: str, phrase: SungLine, score: float, *, kind: int = MAIN) -> Candidate:
    """A line of our own as a candidate, weighed by how it sits on the phrase."""
    found = fit_stresses(phrase.shape, tuple(s.stress for s in syllables_of(text)))
    return Candidate(text, score - ILL * found.ill + CHANGED * found.n_changes, end_of(text), kind=kind)


def _against(phrase: SungLine, tones: Ints) -> Ints:
    """(P,) of lines with these tones (P, T): steps between tones that the melody moves against."""
    rise = np.diff(TONE_HEIGHTS[tones], axis=1)
    moves = np.sign(np.diff([note.pitch for note in phrase.notes]))[None]
    heard = (np.abs(rise) >= UNLIKE_TONES) & (tones[:, 1:] > 0) & (tones[:, :-1] > 0) & (moves != 0)
    return np.asarray((heard & (np.sign(rise) != moves)).sum(axis=1))
