"""Families on characters: what is fitted to the texts, and samples to read with how new they are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from aoede.encodings.chars import MAX_SYMBOLS, Characters
from aoede.errors import InputError
from aoede.formats.table import Columns
from aoede.learning.dataset import Item, split
from aoede.learning.families import Family, needs, settings_for
from aoede.learning.loop import Learner, Tensors
from aoede.learning.pen import Wish
from aoede.learning.texts import Document, Labels, prepare
from aoede.learning.writer import Writer, with_extras
from aoede.learning.writing import drafts
from aoede.neural.recipe import SUITED_UNITS
from aoede.words.forms import Forms
from aoede.words.lexicon import Lexicon
from aoede.words.novelty import Human, calibrate, report
from aoede.words.verbatim import Index

SAMPLE_LENGTH = 300
_READING = ("text_column", "label_columns")
_FIXED = ("n_symbols", "label_sizes", "first_symbol")  # by the texts

on = "characters"
told = ("held_out",)


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("text",), "columns": Columns.said(said)}


def decide(
    family: Family,
    items: Sequence[Item],
    preset: str,
    said: Mapping[str, Any],
    held_out: float,
    seed: int,
    minutes: float | None,
) -> dict[str, Any]:
    given = family.RECIPES[preset]
    shape, changes, others = settings_for(family, said, others=(*_READING, "max_symbols"), fixed=_FIXED)
    train = _documents(split(items, held_out, seed=seed)[0])
    encoding = Characters.fit((d.text for d in train), others.get("max_symbols", MAX_SYMBOLS))
    if len(encoding.symbols) < 2:
        raise InputError(
            f"there is nothing to learn: the texts hold one character, {encoding.symbols!r}, again and again"
        )
    labels = Labels.fit(train)
    usual = given.shape_for(encoding.n_symbols, minutes)
    config = family.Config(**{"n_symbols": encoding.n_symbols, "label_sizes": labels.sizes, **usual, **shape})
    recipe = replace(given.recipe_for(getattr(config, "n_hidden", SUITED_UNITS)), **changes)
    if "torch" in needs(family):
        from aoede.neural.learner import settled

        recipe = settled(recipe)
    return {
        "encoding": encoding.as_mapping(),
        "labels": labels.as_mapping(),
        "config": asdict(config),
        "recipe": asdict(recipe),
        "remarks": labels.left_out(train),
        **{name: others.get(name) for name in _READING},
    }


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    encoding = Characters.from_mapping(document["encoding"])
    labels = Labels.from_mapping(document["labels"])
    seed = document["schedule"]["seed"]
    (train, train_labels), (valid, valid_labels) = (
        prepare(_documents(part), encoding, labels) for part in split(items, document["held_out"], seed=seed)
    )
    made: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train,
        valid,
        train_labels=train_labels,
        valid_labels=valid_labels,
        seed=seed,
    )
    return made


@dataclass(frozen=True)
class Artist:
    """Samples of a few lines, with what they have in common with the training text."""

    seed: int
    index: Index | None
    lexicon: Lexicon | None
    human: Human | None
    forms: Forms | None

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        writer = Writer.of(metadata, tensors, name=name)
        text = drafts(writer, Wish(length=SAMPLE_LENGTH), seed=self.seed)[0].text
        told = f"{text}\n"
        if self.index is not None and self.human is not None:
            told += f"\n-- {report(text, self.index, self.human).sentence()}\n"
        return {".txt": told.encode()}

    def told(self, files: Mapping[str, bytes]) -> str:
        return files[".txt"].decode()

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        completed = dict(metadata)
        if self.human is not None:
            completed["human"] = self.human.as_mapping()
        if self.forms is not None:
            completed["forms"] = self.forms.as_mapping()
        return completed, with_extras(tensors, self.index, self.lexicon)


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    train, valid = (
        _documents(part) for part in split(items, document["held_out"], seed=document["schedule"]["seed"])
    )
    index = Index.fit(train)
    lexicon = Lexicon.fit((d.text for d in train), min_count=1)
    forms = Forms.fit(train) if index.is_han else None
    human = calibrate(index, (d.text for d in valid)) if any(d.text.strip() for d in valid) else None
    return Artist(document["schedule"]["seed"], index, lexicon, human, forms)


def _documents(items: Sequence[Item]) -> list[Document]:
    return [item.value for item in items]
