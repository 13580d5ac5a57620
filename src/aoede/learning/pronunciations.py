"""Builds the tables of sounds: python -m aoede.learning.pronunciations DATA OUT_FOLDER

English (`rhyme_en.safetensors`): the words of the mood table and of the texts that the writers learnt from, as far as
the CMU Pronouncing Dictionary has them. Chinese (`rhyme_zh.safetensors`): final and tone of every character of the
CJK block, the commonest reading, from pinyin-data. presets/rhyme.md says what they are made of.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from aoede.formats.files import write_whole
from aoede.learning.checkpoint import to_bytes
from aoede.mood.vectors import table as mood_table
from aoede.words.lexicon import words_of
from aoede.words.pinyin import FINALS, FIRST, LAST, final_and_tone
from aoede.words.pronouncing import Endings, Sound, to_tensors

_ENTRY = re.compile(r"([a-z]+(?:'[a-z]+)*)(?:\((\d)\))?")
_TEXTS = ("poems_en", "lyrics_en_pd")
LEAST_COUNT = 2  # times that a word stands in the texts
# Words that are sung with fewer syllables than the dictionary names first.
_SHORTER = (
    "every everyone everything everywhere everybody everyday evening evenings different difference family "
    "several favorite chocolate average camera memories memory's history mystery interest interested "
    "wandering listening opening"
)
SHORTER = frozenset(_SHORTER.split())
_ONE_VOWEL = re.compile(r"(?:ire|ires|ired|yre|yres|oir|our|ours|oured)$")  # fire, hour, desire: sung as one

_LIQUID = re.compile(r"[^aeioul]l(?:ing|ers?|y)$")  # twinkling, wobbly


def read_cmudict(text: str) -> dict[str, list[list[str]]]:
    """Word -> its pronunciations, phonemes with stress digits, the first one first."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        entry, *phonemes = line.split("#")[0].split()
        match = _ENTRY.fullmatch(entry)
        if match and any(p[-1].isdigit() for p in phonemes):
            found.setdefault(match[1], []).append(phonemes)
    return found


def sung(word: str, spoken: Sequence[Sequence[str]]) -> Sound:
    """The sound of a word from its pronunciations."""
    phonemes = list(spoken[0])
    if word in SHORTER:
        phonemes = list(min(spoken, key=lambda one: sum(p[-1].isdigit() for p in one)))
    text = " ".join(phonemes)
    if _ONE_VOWEL.search(word):
        text = re.sub(r"\b(AY|AW|OY)([12]) ER0( [ZD])?$", r"\1\2 R\3", text)
    if _LIQUID.search(word):
        text = re.sub(r"\bAH0 L (IH0 NG|ER0|ER0 Z|IY0)$", r"L \1", text)
    return sound_of_phonemes(text.split())


def sound_of_phonemes(phonemes: Sequence[str]) -> Sound:
    """Stress, onset and rhyme of phonemes such as ["M", "UW1", "N", "L", "AY2", "T"]."""
    vowels = [i for i, p in enumerate(phonemes) if p[-1].isdigit()]
    stressed = [i for i in vowels if phonemes[i][-1] in "12"] or vowels
    at = stressed[-1]
    before = max((i for i in vowels if i < at), default=-1)
    return Sound(
        "".join(phonemes[i][-1] for i in vowels),
        " ".join(phonemes[before + 1 : at]),
        " ".join(p.rstrip("012") for p in phonemes[at:]),
    )


def english(data: Path) -> dict[str, Sound]:
    """The words of the table with their sounds."""
    spoken = read_cmudict((data / "lexicon_en_cmudict" / "cmudict.dict").read_text("utf-8"))
    counts = Counter(word for text in _texts(data) for word in words_of(text))
    wanted = set(mood_table("en").words) | {word for word, n in counts.items() if n >= LEAST_COUNT}
    return {word: sung(word, spoken[word]) for word in sorted(wanted & set(spoken))}


def _texts(data: Path) -> Iterable[str]:
    for name in _TEXTS:
        for path in sorted((data / name).glob("*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                yield json.loads(line)["text"]


def chinese(data: Path) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """(LAST - FIRST + 1,) 1 + 5 * final + tone - 1 of each character of the block, 0 for one without a reading."""
    codes = np.zeros(LAST - FIRST + 1, np.uint8)
    for line in (data / "lexicon_zh_pinyin" / "pinyin.tsv").read_text("utf-8").splitlines()[1:]:
        character, readings, *_ = line.split("\t")
        place = ord(character[0]) - FIRST
        found = final_and_tone(readings.split(",")[0])
        if 0 <= place < len(codes) and found is not None:
            final, tone = found
            codes[place] = 1 + 5 * FINALS.index(final) + tone - 1
    return codes


def held_out(sounds: Mapping[str, Sound], every: int = 10) -> dict[str, float]:
    """How often the spelling alone tells the syllables, the stress and the rhyme of words that were left out."""
    words = sorted(word for word in sounds if "'" not in word)
    left_out = words[::every]
    endings = Endings({word: sounds[word] for word in set(words) - set(left_out)})
    pairs = [(sounds[word], endings.sound(word)) for word in left_out]
    n = len(pairs)
    return {
        "syllables": sum(true.n_syllables == told.n_syllables for true, told in pairs) / n,
        "stress": sum(true.stress == told.stress for true, told in pairs) / n,
        "main_stress": sum(_main(true) == _main(told) for true, told in pairs) / n,
        "rhyme": sum(true.rhyme == told.rhyme for true, told in pairs) / n,
    }


def _main(sound: Sound) -> tuple[int, int]:
    return sound.n_syllables, sound.stress.find("1")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.learning.pronunciations")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    sounds = english(asked.data)
    figures = {name: round(value, 4) for name, value in held_out(sounds).items()}
    about = {"family": "table", "encoding": {"name": "words"}}
    files = {
        "rhyme_en": to_bytes(
            to_tensors(sounds),
            {**about, "kind": "syllables, stress and rhyme of English words", "held_out": figures,
             "licence": "BSD 2-Clause (CMU Pronouncing Dictionary); see presets/rhyme.md"},
        ),
        "rhyme_zh": to_bytes(
            {"codes": chinese(asked.data)},
            {**about, "kind": "finals and tones of Chinese characters",
             "licence": "MIT (pinyin-data); see presets/rhyme.md"},
        ),
    }  # fmt: skip
    for name, content in files.items():
        write_whole(asked.out / f"{name}.safetensors", content, force=True)
        print(f"{name}: {len(content):,} bytes")
    print(f"{len(sounds):,} English words; told by spelling alone: {figures}")


if __name__ == "__main__":
    main()
