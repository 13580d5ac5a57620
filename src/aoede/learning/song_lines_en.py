"""The English lines of songs: beginnings of this project's own, gone on with by the writers `lyrics` and `poem`."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from aoede.learning.line_judge import ARTICLES, SMALL, EnglishKnowledge, Floats, Judge
from aoede.learning.line_sources import SEED, Built, Candidate, Sources, Vectors
from aoede.learning.line_writing import Manner, Written, block_stream, completions, costs, kept, shipped
from aoede.learning.mood_sources import glasgow
from aoede.mood.vectors import table as mood_table
from aoede.words.lexicon import words_of
from aoede.words.line_pool import PAST, SAYS_I, SAYS_WE
from aoede.words.pronouncing import table as sounds

WRITERS = {"lyrics": "'", "poem": "’"}  # and how each writes an apostrophe
TEMPERATURES = (0.6, 0.8, 1.0)
N_ENDINGS, BLOCK = 32, 100
MOST_WORDS = 10
LAYERS = (0, 2, 4, 6)  # of MiniLM, as the mood tables have them; the last is used
N_COLUMNS = 24  # principal components of a word's vector that the judge sees
N_COMMON = 6_000  # words that have them
LIMITS = {
    "sizes": dict.fromkeys(range(3, 13), 2400),
    "least": -4.0,
    "per_end": 60,
    "per_beginning": 20,
}
LEAST_TALK, LEAST_SONGS = (
    4,
    3,
)  # times that a word stands in modern talk or in songs, so that lines may have it
LEAST_KEY = 8  # times that a word stands in the texts, so that a request may name it

# Words that songs of today do without: old forms, church, drink, slurs, and what reads as a slip.
_LEFT_OUT = (
    "thee thou thy thine ye hath doth o'er e'er ne'er wherefore lo nay yea hither thither whilst oft ere amid "
    "unto twas tis didst dost hast art shalt wilt thyself whence hence thence aught naught nought bade spake "
    "methinks alas forsooth betwixt morn o thus whom shall fig ad vol de la le du sir madam duke lords king's "
    "ladies gentlemen etc lord god gods jesus christ saviour savior gospel salvation zion sinner sinners sin "
    "sins satan devil devils priest saint saints pope church jehovah israel bible hymn cross crucified "
    "worship psalm baptism heathen idol idols breast breasts bosom bosoms lass lassie lasses wench whore "
    "damned damn gay queer naked negro negroes slave slaves slavery whip ass cock dick sex sexual virgin "
    "virgins maid maids maiden maidens lad lads bonnie bonny auld ain nae frae wi sae gie jock jean johnnie "
    "rum gin whiskey whisky drunk drunken beer ale boss bitch fat dumb dr mr mrs st co ii iii iv content "
    "spread muse clan mail range scores shook hell "
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_CLAUSE = re.compile(r"(?<=[.!?;,:])\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NOT_SEEN = (
    "like into full beneath through left every never before about across above away down gone upon around only still "
    "until won't don't there's let let's let'll i'll we'll you're i'm i've can't couldn't more nothing under beside "
    "other against after over out these those ever each keep another around without while behind back off along just "
    "once since between near say said see saw comes came goes go come get got give gave take took put "
    "made make among "
    "used want need one first last very much many always everything something nobody somebody everybody anybody"
)
_NO_IMAGES = frozenset(_NOT_SEEN.split())  # words that show nothing
_I = frozenset(("i", "i'm", "i've", "i'll", "i'd", "me", "my", "mine"))
_WE = frozenset(("we", "we're", "we'll", "we've", "us", "our", "ours"))
_PAST_VERBS = (
    "was were had saw heard found lost left gave told asked woke learned knew loved thought used sang laughed built "
    "talked watched taught came said took walked danced wandered followed looked grew fell drove broke burned buried "
    "climbed threw read rode packed kissed held called closed drew hid lit made painted put ran sat slept spoke "
    "turned wore crossed drank fought hung lay marched met planted sailed shared sold stood swam waited called"
)
_PAST = frozenset(_PAST_VERBS.split())


def built(sources: Sources) -> Built:
    """The English lines that the writers make of the beginnings, judged."""
    beginnings = sources.beginnings("en")
    talk, songs, old = _corpora(sources.data)
    words = modern_words(talk, songs)
    written = _written(sources, list(beginnings), words)
    vectors = _word_vectors(sources, old, songs, talk)
    knows = EnglishKnowledge(old, songs, talk, vectors)
    every, features = _features(knows, written, beginnings)
    marked, marks = _marked(sources, knows, beginnings)
    judge = Judge.fit(features, marked, marks, block_stream(SEED, "en", "folds"))
    told = judge.log_odds(features)
    frames, read = sources.frames("en"), sources.readings("en")
    candidates = [
        Candidate(w.text, w.beginning, beginnings[w.beginning], float(odds))
        for w, odds in zip(every, told, strict=True)
        if read.get(w.text, frames.fits(w.beginning, words_of(w.rest)))
    ]
    writers = {name: shipped(name) for name in WRITERS}
    kept_, unread = ([c for c in candidates if (c.text in read) == is_read] for is_read in (True, False))
    return Built(
        kept_, unread, judge, [writer.index for writer in writers.values() if writer.index is not None],
        content, voice, _keys(sources, old, talk), lambda some: _meanings(sources, some),
        {name: writer.sha256[:16] for name, writer in writers.items()}, LIMITS,
    )  # fmt: skip


def modern_words(talk: Sequence[Sequence[str]], songs: Sequence[Sequence[str]]) -> frozenset[str]:
    """Words that lines may have: they stand in talk or songs of the last hundred years, and can be pronounced."""
    said, sung = (Counter(word for line in lines for word in line) for lines in (talk, songs))
    left_out = set(_LEFT_OUT.split())
    return frozenset(
        word
        for word in {*said, *sung}
        if (said[word] >= LEAST_TALK or sung[word] >= LEAST_SONGS) and word in sounds() and word not in left_out
        and (len(word) > 1 or word == "a")
    )  # fmt: skip


def manner(words: frozenset[str] | None, apostrophe: str) -> Manner:
    """How the writers write English lines: small letters, up to a line's end or a mark."""
    return Manner("\n", "\n,.;!?", "abcdefghijklmnopqrstuvwxyz " + apostrophe, 30, words)


def _written(sources: Sources, beginnings: Sequence[str], words: frozenset[str]) -> list[Written]:
    """What the writers made of the beginnings, from the cache as far as it goes."""
    made: list[Written] = []
    for name, mark in WRITERS.items():
        for temperature in TEMPERATURES:
            for at in range(0, len(beginnings), BLOCK):
                block = [text.replace("'", mark) + " " for text in beginnings[at : at + BLOCK]]
                write = partial(_written_block, name, mark, temperature, at, block, words)
                made += kept(sources.cache, f"en-{name}-{temperature}-{at}", write)
    return [_plain(one) for one in made]


def _written_block(
    name: str, mark: str, temperature: float, at: int, block: Sequence[str], words: frozenset[str]
) -> list[Written]:
    """What one writer makes of a block of beginnings."""
    rng = block_stream(SEED, name, str(temperature), at)
    way = manner(words, mark)
    return list(completions(shipped(name), block, way, n=N_ENDINGS, temperature=temperature, rng=rng))


def _plain(one: Written) -> Written:
    return Written(one.beginning.strip().replace("’", "'"), one.rest.strip().replace("’", "'"), one.nats)


def _features(
    knows: EnglishKnowledge, written: Sequence[Written], beginnings: Mapping[str, int]
) -> tuple[list[Written], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Each different line that is no training line, as the writer wrote it who paid least, and its features."""
    cheapest: dict[tuple[str, str], Written] = {}
    for one in written:
        key = one.beginning, one.rest
        if one.beginning in beginnings and (key not in cheapest or sum(one.nats) < sum(cheapest[key].nats)):
            cheapest[key] = one
    every, rows = [], []
    for one in cheapest.values():
        head, rest = words_of(one.beginning), words_of(one.rest)
        words = [*head, *rest]
        names = not rest or words[-2] not in ARTICLES or knows.is_name(rest[-1])
        if rest and len(words) <= MOST_WORDS and rest[-1] not in SMALL and names and one.rest[-1].isalpha():
            every.append(Written(f"{one.beginning} ", one.rest, one.nats))
            rows.append(np.array(knows.features(head, rest, one.nats), np.float32))
    return [Written(w.beginning.strip(), " " + w.rest, w.nats) for w in every], np.stack(rows)


def _marked(
    sources: Sources, knows: EnglishKnowledge, beginnings: Mapping[str, int]
) -> tuple[Floats, Floats]:
    """(M, F) features of the marked lines and (M,) their marks; each costs what the cheaper writer asks."""
    by_length = sorted(beginnings, key=lambda text: -len(text))
    pairs, marks = [], []
    for line, mark in sources.marks("en").items():
        head = next((text for text in by_length if line.startswith(text + " ")), None)
        if head is not None:
            pairs.append((head + " ", line[len(head) + 1 :]))
            marks.append(mark)
    told = [
        costs(shipped(name), [(a.replace("'", m), b.replace("'", m)) for a, b in pairs], manner(None, m))
        for name, m in WRITERS.items()
    ]
    cheapest = [min(same, key=lambda w: sum(w.nats)) for same in zip(*told, strict=True)]
    rows = [
        knows.features(words_of(a), words_of(b), w.nats) for (a, b), w in zip(pairs, cheapest, strict=True)
    ]
    return np.array(rows), np.array(marks, np.float64)


def content(line: str) -> list[str]:
    """The words that a line is about: those of the mood table that are not small."""
    known = mood_table("en")
    return [
        word
        for word in words_of(line)
        if word not in SMALL and word not in _NO_IMAGES and len(word) > 2 and word in known
    ]


def voice(line: str) -> int:
    words = set(words_of(line))
    return SAYS_I * bool(words & _I) + SAYS_WE * bool(words & _WE) + PAST * bool(words & _PAST)


def _corpora(data: Path) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """Lines of words: modern talk, songs of the nineteenth and twenties, older songs and poems."""
    talk = [words for text in _talk(data) for part in _SENTENCE.split(text) if (words := _words(part))]
    songs = [words for text in _songs(data) for part in _CLAUSE.split(text) if (words := _words(part))]
    old = [words for text in _old(data) for line in text.split("\n") if (words := _words(line))]
    return talk, songs, old


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def _talk(data: Path) -> Iterator[str]:
    for line in (data / "dialogs_en_selfdialogue" / "dialogs.jsonl").read_text("utf-8").splitlines():
        yield from json.loads(line)["turns"]


def _songs(data: Path) -> Iterator[str]:
    for path in sorted((data / "leadsheets_openewld" / "lyrics").glob("*.txt")):
        yield path.read_text("utf-8")
    folder = data / "songs_openscore_lieder"
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            path = folder / "lyrics" / f"{row['id']}.txt"
            if row["lyric_language_guess"] == "en" and path.exists():
                yield path.read_text("utf-8")


def _old(data: Path) -> Iterator[str]:
    for name in ("lyrics_en_pd/lyrics.jsonl", "poems_en/poems.jsonl"):
        for line in (data / name).read_text("utf-8").splitlines():
            yield json.loads(line)["text"]


def _word_vectors(sources: Sources, *corpora: Sequence[Sequence[str]]) -> Vectors:
    """The first principal components of the vectors of the commonest words."""
    counts = Counter(word for lines in corpora for line in lines for word in line)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    common = [word for word in ranked if word in mood_table("en")][:N_COMMON]
    matrix = np.stack(list(_meanings(sources, common).values()))
    centred = matrix - matrix.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:N_COLUMNS]
    return dict(zip(common, centred @ axes.T, strict=True))


def _meanings(sources: Sources, words: Sequence[str]) -> Vectors:
    rows = sources.vectors.of(list(words), "{}", LAYERS)[:, -384:]
    return dict(zip(words, rows, strict=True))


def _keys(sources: Sources, *corpora: Sequence[Sequence[str]]) -> Vectors:
    """Words that a request may name: common ones of the mood table, and those that people rated."""
    counts = Counter(word for lines in corpora for line in lines for word in line)
    rated = set(glasgow(sources.data))
    words = [
        word
        for word in mood_table("en").words
        if word.isalpha()
        and len(word) > 2
        and (counts[word] >= LEAST_KEY or word in rated)
        and word not in SMALL
    ]
    return _meanings(sources, words)
