"""The shipped writers: how well they foresee what was held out of them, and what they write where nothing is said.

    OMP_NUM_THREADS=1 python bench/writers.py DATA [NAME ...] [--count 20] [--show] [--folder presets/]

The held-out documents are found again by the split that the training made. Of the texts that are written (seed 1, as
many as --count, none picked): words that stand in the training text, characters in passages that do (of 20 characters
and more, 7 in Chinese) beside people's own held-out text, and with the mask over letters the known words again; of
Chinese verse how many keep the form that was asked for. --show prints the texts.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from aoede.learning.dataset import from_folder, split
from aoede.learning.evaluate import evaluate
from aoede.learning.text_presets import SEED, SOURCES, gathered
from aoede.learning.train import HELD_OUT
from aoede.words.forms import Pattern
from aoede.words.verbatim import Index
from aoede.write import Text, found, ordered, write, written


def held_out(name: str, data: Path, folder: Path) -> Path:
    """A file of the documents that the preset was not trained on."""
    texts = gathered(SOURCES[name], data, folder / f"{name}.jsonl")
    items = split(from_folder(texts, kinds=("text",)).items, HELD_OUT, seed=SEED)[1]
    lines = texts.read_text(encoding="utf-8").splitlines()
    path = folder / f"{name}-held-out.jsonl"
    path.write_text("\n".join(lines[item.value.line - 1] for item in items) + "\n", encoding="utf-8")
    return path


def copying(index: Index, texts: Sequence[Text]) -> tuple[float, float, int]:
    """Share of characters in verbatim passages of the usual length, people's share, and the longest passage."""
    reports = [text.novelty for text in texts if text.novelty is not None]
    n = sum(report.n_characters for report in reports)
    share = sum(report.share * report.n_characters for report in reports) / max(1, n)
    longest = max((report.longest.n_characters for report in reports if report.longest), default=0)
    return share, reports[0].human.share, longest


def judge(name: str, count: int, shows: bool) -> None:
    writer = found(name)
    texts = write(writer, seed=1, n=count)
    assert writer.index is not None
    share, human, longest = copying(writer.index, texts)
    print(f"copied {share:.3f} of the characters, people {human:.3f}, ratio {share / max(human, 1e-3):.2f}")
    print(f"longest passage {longest} characters; verdicts", *(t.novelty.verdict for t in texts if t.novelty))
    if writer.lexicon is not None:
        masked = write(writer, seed=1, n=count, known_words=True)
        for told, made in (("free", texts), ("mask", masked)):
            known = [writer.lexicon.share_of_known_words(t.text, t.draft.n_start) for t in made]
            print(f"known words, {told}: {sum(known) / len(known):.4f}")
    if writer.forms is not None:
        keep_form(name, count)
    for text in texts if shows else ():
        print(f"-- {text.number}\n{text.text}\n")


def keep_form(name: str, count: int) -> None:
    """How many texts are just as long, phrase by phrase, as the form has it."""
    writer = found(name)
    column = "tune" if "tune" in writer.labels.columns else "form"
    names = (
        ["浣溪沙", "如梦令", "蝶恋花", "满江红"]
        if column == "tune"
        else ["五言绝句", "七言绝句", "五言律诗", "七言律诗"]
    )
    for form in names:
        made = list(written(ordered(writer, **{column: form}), seed=1, n=count))
        patterns: Mapping[Pattern, int] = writer.forms.patterns(form) if writer.forms else {}
        kept = sum(Pattern.of(text.text) in patterns for text in made)
        print(f"{form}: {kept} of {len(made)} keep the form")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--folder", type=Path, help="of model files, in place of the shipped ones")
    asked = parser.parse_args()
    for name in asked.names or SOURCES:
        model = name if asked.folder is None else str(asked.folder / f"{name}.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            figures = evaluate(model, held_out(name, asked.data, Path(folder)))
        print(f"\n== {name}\n{figures.as_text()}")
        judge(model, asked.count, asked.show)


if __name__ == "__main__":
    main()
