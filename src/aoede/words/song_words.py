"""The words of a whole song: `words_for(theme, sections, seed)`.

Verses get new words each time, the chorus keeps its own and sings the title in its first line. A phrase of more notes
than a line has syllables gets two short lines, one of few notes a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aoede.music.prosody import SungLine, rhymed
from aoede.randomness import stream
from aoede.words.line_choice import MOST_SYLLABLES, Candidate, Used, Weighed, candidate_of, choose
from aoede.words.line_pool import ORDER, LinePool, pool
from aoede.words.syllables import syllables_of
from aoede.words.theme import Theme
from aoede.words.title_lines import calls, title_lines

TITLE_SECTIONS = ("chorus",)  # those that sing the title; where a song has none, its first section does
TITLE_SCORE = 6.0  # of a line with the title, about that of a good line of the pool
TITLE_CHANCE = 1.5
SHORTEST = 3  # notes; a phrase of fewer, or of as many, gets a call
SCHEMES = {"verse": ("XAXA", "ABAB"), "chorus": ("AABB", "XAXA"), "bridge": ("XAXA", "AABB")}
OTHER_SCHEMES = ("XAXA",)
# Of the lines after the last four, and where there are fewer: "-" rhymes with the line before.
REST_SCHEMES = ("", "-", "AA", "XAA")
FEW_SCHEMES = ("", "X", "AA", "AXA")


@dataclass(frozen=True)
class SungSection:
    """A section that is sung: its name, its phrases, and what tells which sections share their words."""

    name: str  # "verse", "chorus", "bridge", ...
    phrases: tuple[SungLine, ...]
    key: str  # sections of one key have the same words


def words_for(
    theme: Theme, sections: Sequence[SungSection], *, seed: int, lines: LinePool | None = None
) -> list[tuple[str, ...]]:
    """The lines of each section, one a phrase. The same theme, sections and seed give the same words.

    No line has more syllables than its phrase can hold (`SungLine.most_syllables`). lines: other ones than the
    shipped. Sections of one key have the same words as far as each has phrases.
    """
    weighed, used = Weighed(lines or pool(theme.language), theme), Used()
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
        phrases = phrases_with_rhymes(section, sections, seed)
        written[section.key] = _section(weighed, phrases, used, sings_title, rng)
    return [written[section.key][: len(section.phrases)] for section in sections]


def phrases_with_rhymes(section: SungSection, sections: Sequence[SungSection], seed: int) -> list[SungLine]:
    """The phrases that the words of a section are written for, each with the one that it should rhyme with."""
    phrases = _for_all([other.phrases for other in sections if other.key == section.key])
    return _rhymed(phrases, scheme_for(section, len(_full(phrases)), seed))


def _for_all(returns: Sequence[Sequence[SungLine]]) -> list[SungLine]:
    """The phrases of the longest return of a section, none to hold more than it can in every return."""
    longest = max(returns, key=len)
    limits = [
        min(found[i].most_syllables for found in returns if i < len(found)) for i in range(len(longest))
    ]
    return [replace(phrase, limit=limit) for phrase, limit in zip(longest, limits, strict=True)]


def scheme_for(section: SungSection, n: int, seed: int) -> str:
    """The rhyme scheme of `n` full lines of a section, drawn: "XAXA", "AABBCCDD"; nothing rhymes with an X."""
    schemes = SCHEMES.get(section.name, OTHER_SCHEMES)
    drawn = schemes[int(stream(seed, "rhymes", section.key).integers(len(schemes)))]
    rest = REST_SCHEMES[n % 4] if n >= 4 else FEW_SCHEMES[n]
    parts = [drawn] * (n // 4) + [rest] * bool(rest)
    found = ""
    for k, part in enumerate(parts):
        found += "".join(sign if sign in "X-" else chr(ord(sign) + 2 * k) for sign in part)
    return "".join(found[i - 1] if sign == "-" else sign for i, sign in enumerate(found))


def _full(phrases: Sequence[SungLine]) -> list[int]:
    """Which phrases get a line: those that hold more than a call."""
    return [i for i, phrase in enumerate(phrases) if _room(phrase) > SHORTEST]


def _room(phrase: SungLine) -> int:
    """Syllables that are looked for."""
    return min(len(phrase.notes), phrase.most_syllables)


def _rhymed(phrases: Sequence[SungLine], scheme: str) -> list[SungLine]:
    """The phrases with what each rhymes with; `scheme`: of the full ones."""
    full, made = _full(phrases), list(phrases)
    for i, phrase in zip(full, rhymed([phrases[i] for i in full], scheme or "X"), strict=True):
        made[i] = replace(
            phrase, rhymes_with=None if phrase.rhymes_with is None else full[phrase.rhymes_with]
        )
    return made


def _section(
    weighed: Weighed, whole: Sequence[SungLine], used: Used, sings_title: bool, rng: np.random.Generator
) -> tuple[str, ...]:
    language = weighed.theme.language
    phrases, owners = _divided(whole, MOST_SYLLABLES[language])
    if sings_title and not _titled(weighed.theme, phrases, rng):
        n = len(syllables_of(weighed.theme.title))
        home = next((i for i, phrase in enumerate(whole) if phrase.most_syllables >= n), None)
        phrases, owners = _divided(whole, MOST_SYLLABLES[language], undivided=home)
    given: dict[int, list[Candidate]] = {
        i: [candidate_of(call, phrase, 0.5 * float(rng.gumbel()), kind=ORDER)
            for call in calls(language, _room(phrase))]
        for i, phrase in enumerate(phrases)
        if _room(phrase) <= SHORTEST
    }  # fmt: skip
    if sings_title:
        given |= _titled(weighed.theme, phrases, rng)
    lines = choose(weighed, phrases, used, rng, given)
    used.take(lines)
    return _joined([line.text for line in lines], owners, language)


def _titled(
    theme: Theme, phrases: Sequence[SungLine], rng: np.random.Generator
) -> dict[int, list[Candidate]]:
    """The lines with the title for the first phrase that can hold it."""
    for i, phrase in enumerate(phrases):
        lines = [
            line
            for line in title_lines(theme.title, theme.language, _room(phrase))
            if len(syllables_of(line)) <= phrase.most_syllables
        ]
        if lines:
            return {
                i: [
                    candidate_of(line, phrase, TITLE_SCORE + TITLE_CHANCE * float(rng.gumbel()))
                    for line in lines
                ]
            }
    return {}


def _divided(
    phrases: Sequence[SungLine], most: int, *, undivided: int | None = None
) -> tuple[list[SungLine], list[int]]:
    """Phrases with those of more than `most` notes in two, and to which phrase each belongs; the last one rhymes."""
    found: list[SungLine] = []
    owners: list[int] = []
    last_of: dict[int, int] = {}
    for i, phrase in enumerate(phrases):
        model = None if phrase.rhymes_with is None else last_of[phrase.rhymes_with]
        n_parts = 1 if i == undivided else -(-_room(phrase) // most)
        cuts = [round(k * len(phrase.notes) / n_parts) for k in range(n_parts + 1)]
        for k in range(n_parts):
            notes = phrase.notes[cuts[k] : cuts[k + 1]]
            limit = phrase.most_syllables if n_parts == 1 else _room(phrase) * len(notes) // len(phrase.notes)
            found.append(
                replace(phrase, notes=notes, rhymes_with=model if k + 1 == n_parts else None, limit=limit)
            )
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
