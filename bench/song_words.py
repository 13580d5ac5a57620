"""The words of whole songs: do they fall on the notes, rhyme, and speak of what was asked for? One table.

    python bench/song_words.py DATA [--songs 60] [--language en|zh] [--print N]

DATA holds `lyrics_en_pd`, `poems_en`, `leadsheets_openewld` and `lyrics_zh_songci`. Requests are those of
hundred_requests.py in turn, half English, half Chinese, with random options (whole_songs.options_of) and the index as
seed: first come, none picked. Every column sings the same melodies:

    composed        as `aoede compose` has them
    no judge        every line of the pool is as good as the other
    no theme        nothing of the request but its mood and title
    no fitting      how stresses and tones sit on the notes does not count
    by chance       any line of the pool that has as many syllables as the phrase has notes
    n-gram          any line of that length by an n-gram of characters, fitted here to the writers' texts

What counts: a rhyme is due where the section's scheme says so and both phrases are longer than a call. A strong beat
is a downbeat or the middle of a bar of four or six. A word of the theme is a keyword of the request, one of its 12
neighbours in meaning in the pool, or an image of a feeling that is named (`words/imagery.py`); those of the title do
not count. Copied is a line with 8 words in a row that stand so in the training texts of the writers or the song texts
that the judge knows, over line ends too; in Chinese a line (of one with a comma each part) of 4 characters and more
that is a whole clause of a ci. By chance the tones are those of the song's own lines on one another's phrases.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np

from aoede.compose import fill, sections_to_sing
from aoede.encodings.chars import END, UNKNOWN, Characters
from aoede.errors import AoedeError
from aoede.formats.sung_lines import lines_of
from aoede.models.ngram import Config, Recipe, fit
from aoede.music.given_lyrics import sung_to
from aoede.music.plan import Plan
from aoede.music.prosody import SIXTEENTH, STRONG_BEAT, SungLine, strength_at, tone_fit
from aoede.music.prosody import fit as fitted
from aoede.randomness import stream
from aoede.sketches import sketch
from aoede.song import Song
from aoede.words import line_choice
from aoede.words.lexicon import words_of
from aoede.words.line_pool import OPENING, LinePool, pool
from aoede.words.pronouncing import table as sounds
from aoede.words.rhyme import rhymes
from aoede.words.song_words import SungSection, phrases_with_rhymes, words_for
from aoede.words.syllables import STRONG, WEAK, syllables_of
from aoede.words.theme import Theme, theme_of
from hundred_requests import CHINESE, ENGLISH
from whole_songs import options_of

SHINGLE = 8  # words in a row
LEAST_WHOLE = 4  # characters of a clause that is copied whole
N_SHUFFLES = 5
N_GRAM, N_WRITTEN, N_CHARACTERS = 6, 4000, 1_200_000
_SMALL = (
    "the a an of to and or but in on at by from with for that this my your his her our their its it is are was "
    "were be been i as than if will would can could shall may must do does did has have had so who what"
)
SMALL = frozenset(_SMALL.split())
DANGLING = frozenset("的与如是就被把向为有何不更又")
CUTS = re.compile(r"[，。、！？；：\s]+")
Tally = dict[str, list[float]]
Words = list[tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """A song without words, and what it should be sung to."""

    request: str
    seed: int
    song: Song
    plan: Plan
    theme: Theme
    sections: tuple[SungSection, ...]  # every one; those without phrases are not sung


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=60)
    parser.add_argument("--language", choices=("en", "zh"))
    parser.add_argument(
        "--print", type=int, default=0, metavar="N", help="print the words of the first N songs instead"
    )
    options = parser.parse_args()
    for language in (options.language,) if options.language else ("en", "zh"):
        songs = [song for i in range(options.songs // 2) if (song := asked(language, i)) is not None]
        if options.print:
            print("\n\n".join(told(one, composed(one)) for one in songs[: options.print]))
        else:
            print_table(language, songs, options.data)


def asked(language: str, index: int) -> Asked | None:
    """The song with this index without words; None where the request and its options contradict each other."""
    request = {"en": ENGLISH, "zh": CHINESE}[language][
        index % {"en": len(ENGLISH), "zh": len(CHINESE)}[language]
    ]
    seed = 2 * index + (language == "zh")
    try:
        found = sketch(request, seed=seed, **options_of(seed))
    except AoedeError:
        return None
    song = fill(replace(found, lyrics=""))
    sections = tuple(sections_to_sing(song, found.plan))
    return Asked(request, seed, song, found.plan, theme_of(found.mood, request), sections)


# --- words for a song -------------------------------------------------------------------------------


def composed(asked: Asked, *, lines: LinePool | None = None, theme: Theme | None = None) -> Words:
    sung = [section for section in asked.sections if section.phrases]
    return words_for(theme or asked.theme, sung, seed=asked.seed, lines=lines)


def without_judge(asked: Asked) -> Words:
    lines = copy(pool(asked.theme.language))
    lines.quality = np.zeros_like(lines.quality)
    return composed(asked, lines=lines)


def without_theme(asked: Asked) -> Words:
    return composed(asked, theme=replace(asked.theme, weights={}))


def without_fitting(asked: Asked) -> Words:
    with patch.multiple(line_choice, ILL=0.0, ILL_TONE=0.0):
        return composed(asked)


def drawn(asked: Asked, lines_of_length: Callable[[int], Sequence[str]]) -> Words:
    """Any line with a syllable a note, or as near to that as there is one."""
    random, made = stream(asked.seed, "by chance"), dict[str, tuple[str, ...]]()
    sung = [section for section in asked.sections if section.phrases]
    for section in sung:
        lines = []
        for phrase in phrases_with_rhymes(section, sung, asked.seed):
            n = min(len(phrase.notes), phrase.most_syllables)
            some = next(found for k in range(n, 0, -1) if (found := lines_of_length(k)))
            lines.append(some[int(random.integers(len(some)))])
        made.setdefault(section.key, tuple(lines))
    return [made[section.key][: len(section.phrases)] for section in sung]


@cache
def pool_lines(language: str, n: int) -> Sequence[str]:
    lines = pool(language)
    return [lines.lines[i] for i in lines.of_length(n)] + ["Oh" if language == "en" else "啊"] * (n == 1)


@cache
def n_gram_lines(language: str, data: Path) -> dict[int, list[str]]:
    """Lines that an n-gram of the writers' texts wrote, by their syllables."""
    text = "\n".join(texts(language, data))[:N_CHARACTERS]
    encoding = Characters.fit([text])
    model = fit(Config(encoding.n_symbols), [encoding.encode_document(text)], recipe=Recipe(order=N_GRAM))
    random = stream(1, "n-gram", language)
    found: dict[int, list[str]] = {}
    logits, state = model.start(N_WRITTEN // 8)
    columns = []
    for _ in range(400):
        logits[:, [END, UNKNOWN]] = -np.inf
        ids = np.argmax(logits + random.gumbel(size=logits.shape), axis=1)
        columns.append(ids)
        logits, state = model.step(state, ids)
    for row in np.array(columns).T:
        for line in encoding.decode(row).split("\n")[1:-1]:
            for part in CUTS.split(line) if language == "zh" else [line.strip()]:
                n = len(syllables_of(part))
                found.setdefault(n, []).append(part)
    found.pop(0, None)
    return found


def texts(language: str, data: Path) -> Iterator[str]:
    for name in (
        ("lyrics_zh_songci/poems.jsonl",)
        if language == "zh"
        else ("lyrics_en_pd/lyrics.jsonl", "poems_en/poems.jsonl")
    ):
        for line in (data / name).read_text("utf-8").splitlines():
            yield json.loads(line)["text"]


# --- what is measured -------------------------------------------------------------------------------


def measured(asked: Asked, words: Words, data: Path) -> Tally:
    """Of each figure the values of a song: one a line, a pair or a song."""
    given = iter(words)
    lines = [next(given) if section.phrases else () for section in asked.sections]
    song = sung_to(asked.song, asked.plan, lines)
    sung = [(section, own) for section, own in zip(asked.sections, lines, strict=True) if own]
    every = [line for _, own in sung for line in own]
    once = {section.key: own for section, own in sung}
    new = [line for own in once.values() for line in own]
    found = on_the_notes(song)
    found["lines that should rhyme and do"] = rhyme_pairs(asked, once)
    found |= stresses(sung)
    if asked.theme.language == "zh":
        found |= tones(asked, sung)
    found |= of_the_song(asked, sung, once)
    found["distinct lines of those written for it"] = [
        float(line not in new[:i]) for i, line in enumerate(new)
    ]
    found["lines copied"] = copied(new, asked.theme.language, data)
    found["lines of known words that do not end in a small one"] = [
        whole(line, asked.theme.language) for line in new
    ]
    found["what the judge makes of them (log-odds)"] = qualities(asked.theme.language, new)
    found["clauses that wait for a main clause in vain"] = waiting(asked.theme.language, once)
    found["lines a song"] = [float(len(every))]
    return found


def on_the_notes(song: Song) -> Tally:
    """Whether each line has as many syllables as there are notes until the next line or the end of its section."""
    notes = [note.start_ticks for track in song.tracks if track.role == "melody" for note in track.notes]
    lines = list(lines_of(song))
    borders = sorted(section.end_ticks for section in song.sections)
    held = []
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        end = next(border for border in borders if border > line[-1].start_ticks)
        end = end if after is None else min(end, after[0].start_ticks)
        held.append(float(sum(line[0].start_ticks <= start < end for start in notes) == len(line)))
    return {"lines with a syllable a note": held}


def rhyme_pairs(asked: Asked, once: dict[str, tuple[str, ...]]) -> list[float]:
    sung = [section for section in asked.sections if section.phrases]
    found = []
    for key, own in once.items():
        section = next(section for section in sung if section.key == key)
        for line, phrase in zip(own, phrases_with_rhymes(section, sung, asked.seed), strict=False):
            if phrase.rhymes_with is not None:
                found.append(float(rhymes(own[phrase.rhymes_with], line)))
    return found


def stresses(sung: Sequence[tuple[SungSection, Sequence[str]]]) -> Tally:
    strong, stressed = [], []
    for phrase, line in pairs(sung):
        syllables = syllables_of(line)
        first = phrase.notes[0].start_ticks // phrase.meter.bar_ticks * phrase.meter.bar_ticks
        onsets = fitted(phrase, syllables).onsets_ticks
        for syllable, onset in zip(syllables, onsets, strict=True):
            strength = strength_at(round((first + onset) / SIXTEENTH) * SIXTEENTH, phrase.meter)
            if strength >= STRONG_BEAT:
                strong.append(float(syllable.stress > WEAK))
            if syllable.stress == STRONG:
                stressed.append(float(strength > 0.25))
    if all(ord(line[-1]) > 0x2E80 for _, line in pairs(sung)):
        return {}
    return {
        "strong beats that a stressed syllable takes": strong,
        "stressed syllables that fall on a beat": stressed,
    }


def pairs(sung: Sequence[tuple[SungSection, Sequence[str]]]) -> Iterator[tuple[SungLine, str]]:
    for section, own in sung:
        yield from zip(section.phrases, own, strict=True)


def tones(asked: Asked, sung: Sequence[tuple[SungSection, Sequence[str]]]) -> Tally:
    every = list(pairs(sung))
    random = stream(asked.seed, "tones")
    by_chance = []
    for _ in range(N_SHUFFLES):
        order = random.permutation(len(every))
        by_chance += against((phrase, every[i][1]) for (phrase, _), i in zip(every, order, strict=True))
    return {"steps between tones against the melody": against(every), "... their lines shuffled": by_chance}


def against(every: Iterator[tuple[SungLine, str]] | Sequence[tuple[SungLine, str]]) -> list[float]:
    found = []
    for phrase, line in every:
        heard, n_against = tone_fit(phrase, syllables_of(line))
        found += [1.0] * n_against + [0.0] * (heard - n_against)
    return found


def of_the_song(
    asked: Asked, sung: Sequence[tuple[SungSection, Sequence[str]]], once: dict[str, tuple[str, ...]]
) -> Tally:
    choruses = [own for section, own in sung if section.name == "chorus"]
    same = [float(a[: len(b)] == b[: len(a)]) for a, b in pairwise(choruses)]
    home = choruses[0] if choruses else sung[0][1]
    title = asked.theme.title.casefold()
    words = theme_words(
        asked.theme, [line.casefold().replace(title, "") for own in once.values() for line in own]
    )
    return {
        "choruses that return with their words": same,
        "title in the chorus": [float(any(title in line.casefold() for line in home))],
        "songs with two words of the theme": [float(len(words) >= 2)],
        "... words of the theme a song": [float(len(words))],
    }


def theme_words(theme: Theme, lines: Sequence[str]) -> set[str]:
    known = set(theme.weights) | set(theme.keywords)
    if theme.language == "zh":
        return {word for word in known if any(word in line for line in lines)}
    return known & {word for line in lines for word in words_of(line)}


def copied(lines: Sequence[str], language: str, data: Path) -> list[float]:
    known = passages(language, data)
    if language == "zh":
        return [
            float(any(len(part) >= LEAST_WHOLE and part in known for part in CUTS.split(line)))
            for line in lines
        ]
    words = [word for line in lines for word in words_of(line)]
    owners = [i for i, line in enumerate(lines) for _ in words_of(line)]
    found = [0.0] * len(lines)
    for at in range(len(words) - SHINGLE + 1):
        if tuple(words[at : at + SHINGLE]) in known:
            found[owners[at]] = 1.0
    return found


@cache
def passages(language: str, data: Path) -> frozenset[str] | frozenset[tuple[str, ...]]:
    if language == "zh":
        return frozenset(part for text in texts("zh", data) for part in CUTS.split(text))
    songs = [
        path.read_text("utf-8") for path in sorted((data / "leadsheets_openewld" / "lyrics").glob("*.txt"))
    ]
    found: set[tuple[str, ...]] = set()
    for text in [*texts("en", data), *songs]:
        words = words_of(text)
        found.update(tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))
    return frozenset(found)


def whole(line: str, language: str) -> float:
    if language == "zh":
        return float(not any(part[-1:] in DANGLING for part in CUTS.split(line)))
    words = words_of(line)
    return float(bool(words) and all(word in sounds() for word in words) and words[-1] not in SMALL)


def qualities(language: str, lines: Sequence[str]) -> list[float]:
    known = rows_of(language)
    return [
        float(pool(language).quality[known[part]]) for line in lines for part in parts(line) if part in known
    ]


def waiting(language: str, once: dict[str, tuple[str, ...]]) -> list[float]:
    """Of the subordinate clauses and phrases of the pool: whether a section ends with it."""
    known, kinds = rows_of(language), pool(language).kind
    last = [parts(own[-1])[-1] for own in once.values() if own]
    return [float(kinds[known[line]] == OPENING) for line in last if line in known]


@cache
def rows_of(language: str) -> dict[str, int]:
    return {line.casefold(): i for i, line in enumerate(pool(language).lines)}


def parts(line: str) -> list[str]:
    return [part.strip().casefold() for part in re.split("[,，]", line)]


# --- the table --------------------------------------------------------------------------------------


def print_table(language: str, songs: Sequence[Asked], data: Path) -> None:
    writers: dict[str, Callable[[Asked], Words]] = {
        "composed": composed,
        "no judge": without_judge,
        "no theme": without_theme,
        "no fitting": without_fitting,
        "by chance": partial(drawn, lines_of_length=partial(pool_lines, language)),
        "n-gram": partial(drawn, lines_of_length=lambda n: n_gram_lines(language, data).get(n, ())),
    }
    tallies: dict[str, Tally] = {}
    for name, write in writers.items():
        tally = tallies.setdefault(name, {})
        for song in songs:
            for figure, values in measured(song, write(song), data).items():
                tally.setdefault(figure, []).extend(values)
    print(f"| {'English' if language == 'en' else 'Chinese'}, {len(songs)} songs | {' | '.join(tallies)} |")
    print(f"|---|{'---|' * len(tallies)}")
    for figure in next(iter(tallies.values())):
        print(
            f"| {figure} | {' | '.join(cell(figure, tally.get(figure, [])) for tally in tallies.values())} |"
        )
    print()


def cell(figure: str, values: Sequence[float]) -> str:
    if not values:
        return ""
    mean = float(np.mean(values))
    if "a song" in figure or "log-odds" in figure:
        return f"{mean:.1f}"
    return f"{100 * mean:.{0 if mean in (0, 1) else 1}f} %"


def told(asked: Asked, words: Words) -> str:
    """The words of a song, each section once."""
    sung = [section for section in asked.sections if section.phrases]
    rows, seen = [f"{asked.request!r}: {asked.theme.title!r}, {', '.join(asked.theme.keywords)}"], set[str]()
    for section, own in zip(sung, words, strict=True):
        rows.append(f"  [{section.name}]" + (" ..." if section.key in seen else ""))
        rows += [] if section.key in seen else [f"    {line}" for line in own]
        seen.add(section.key)
    return "\n".join(rows)


if __name__ == "__main__":
    main()
