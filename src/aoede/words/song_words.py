"""The words of a whole song: `words_for(theme, sections, seed)`.

Verses get new words each time, the chorus keeps its own and sings the title in its first line. A phrase of more notes
than a line has syllables gets two short lines, one of few notes a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aoede.music.prosody import SungLine
from aoede.randomness import stream
from aoede.words.line_choice import MOST_SYLLABLES, Candidate, Used, Weighed, candidate_of, choose
from aoede.words.line_pool import ORDER, pool
from aoede.words.syllables import syllables_of
from aoede.words.theme import Theme
from aoede.words.title_lines import calls, title_lines

TITLE_SECTIONS = ("chorus",)  # those that sing the title; where a song has none, its first section does
TITLE_SCORE = 6.0  # of a line with the title, about that of a good line of the pool
SHORTEST = 3  # notes; a phrase of fewer, or of as many, gets a call
SCHEMES = {"verse": ("XAXA", "ABAB"), "chorus": ("AABB", "XAXA"), "bridge": ("XAXA", "AABB")}
OTHER_SCHEMES = ("XAXA",)


@dataclass(frozen=True)
class SungSection:
    """A section that is sung: its name, its phrases, and what tells which sections share their words."""

    name: str  # "verse", "chorus", "bridge", ...
    phrases: tuple[SungLine, ...]
    key: str  # sections of one key have the same words


def words_for(theme: Theme, sections: Sequence[SungSection], *, seed: int) -> list[tuple[str, ...]]:
    """The lines of each section, one a phrase. The same theme, sections and seed give the same words."""
    weighed, used = Weighed(pool(theme.language), theme), Used()
    has_chorus = any(section.name in TITLE_SECTIONS for section in sections)
    written: dict[str, tuple[str, ...]] = {}
    # The chorus first: what it says is not said before it is sung.
    order = sorted(range(len(sections)), key=lambda i: sections[i].name not in TITLE_SECTIONS)
    for i in order:
        section = sections[i]
        if section.key in written:
            continue
        sings_title = section.name in TITLE_SECTIONS if has_chorus else i == 0
        rng = stream(seed, "words", theme.language, *theme.keywords, section.key)
        written[section.key] = _section(weighed, section, used, sings_title, rng)
    return [_of_length(written[section.key], len(section.phrases)) for section in sections]


def _of_length(lines: tuple[str, ...], n: int) -> tuple[str, ...]:
    """The lines for a return of the section with other phrases: cut, or begun again."""
    return tuple(lines[i % len(lines)] for i in range(n)) if lines else ()


def scheme_of(name: str, rng: np.random.Generator) -> str:
    """A rhyme scheme that sections of this name have, drawn."""
    schemes = SCHEMES.get(name, OTHER_SCHEMES)
    return schemes[int(rng.integers(len(schemes)))]


def _section(
    weighed: Weighed, section: SungSection, used: Used, sings_title: bool, rng: np.random.Generator
) -> tuple[str, ...]:
    phrases, owners = _divided(section.phrases, MOST_SYLLABLES[weighed.theme.language])
    given: dict[int, list[Candidate]] = {
        i: [candidate_of(call, phrase, 0.5 * float(rng.gumbel()), kind=ORDER)
            for call in calls(weighed.theme.language, len(phrase.notes))]
        for i, phrase in enumerate(phrases)
        if len(phrase.notes) <= SHORTEST
    }  # fmt: skip
    if sings_title and phrases:
        titled = [
            candidate_of(line, phrases[0], TITLE_SCORE + 0.5 * float(rng.gumbel()))
            for line in title_lines(weighed.theme.title, weighed.theme.language, len(phrases[0].notes))
            if len(syllables_of(line)) <= phrases[0].most_syllables
        ]
        given.update({0: titled} if titled else {})  # a long title may not go onto a short phrase
    lines = choose(weighed, phrases, used, rng, given)
    used.take(lines)
    return _joined([line.text for line in lines], owners, weighed.theme.language)


def _divided(phrases: Sequence[SungLine], most: int) -> tuple[list[SungLine], list[int]]:
    """Phrases with those of more than `most` notes in two, and to which phrase each belongs; the second one rhymes."""
    found: list[SungLine] = []
    owners: list[int] = []
    last_of: dict[int, int] = {}
    for i, phrase in enumerate(phrases):
        model = None if phrase.rhymes_with is None else last_of[phrase.rhymes_with]
        n_parts = -(-len(phrase.notes) // most)
        cuts = [round(k * len(phrase.notes) / n_parts) for k in range(n_parts + 1)]
        for k in range(n_parts):
            is_last = k + 1 == n_parts
            notes = phrase.notes[cuts[k] : cuts[k + 1]]
            found.append(replace(phrase, notes=notes, rhymes_with=model if is_last else None))
            owners.append(i)
        last_of[i] = len(found) - 1
    return found, owners


def _joined(lines: Sequence[str], owners: Sequence[int], language: str) -> tuple[str, ...]:
    """The lines of each phrase as one."""
    made: list[str] = []
    for i, (line, owner) in enumerate(zip(lines, owners, strict=True)):
        if i and owner == owners[i - 1]:
            made[-1] += f"，{line}" if language == "zh" else f", {_small(line)}"
        else:
            made.append(line)
    return tuple(made)


def _small(line: str) -> str:
    """A line without its capital letter, "I" aside."""
    return line if line.split(" ")[0].split("'")[0] == "I" else line[:1].lower() + line[1:]
