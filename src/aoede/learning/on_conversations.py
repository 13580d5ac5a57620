"""Families on conversations: which replies can be suggested, what they are told by, and suggestions to read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.ngrams import N_BUCKETS, NGrams
from aoede.encodings.tokens import Words
from aoede.errors import InputError
from aoede.formats.table import Columns
from aoede.learning import meanings, reply_lessons, reply_manner
from aoede.learning.dataset import Item, split
from aoede.learning.exchanges import Conversation, Exchange
from aoede.learning.families import Family, settings_for
from aoede.learning.loop import Learner, Tensors
from aoede.learning.replier import Replier
from aoede.learning.reply_examples import Example, shipped
from aoede.learning.reply_lessons import Lessons
from aoede.learning.responses import ResponseSet, language_of
from aoede.models.two_tower import Judged

N_SHOWN = 8  # messages whose suggestions a run shows
_READING = ("text_column", "label_columns")
_OTHERS = ("responses", "from_data", "examples", "meanings", "data_share")
_FIXED = ("n_features", "n_learned", "n_meaning", "n_classes", "n_buckets", "meaning_width", "n_symbols")

Exchanges = Sequence[tuple[int, Exchange]]

on = "conversations"
told: tuple[str, ...] = ("responses", "classes", "priors", "examples", "held_out")


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("conversations",), "columns": Columns.said(said)}


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
    shape, changes, others = settings_for(family, said, others=(*_READING, *_OTHERS), fixed=_FIXED)
    exchanges = reply_lessons.exchanges_of(_values(split(items, held_out, seed=seed)[0]))
    if len(exchanges) < 2:
        raise InputError("there is nothing to learn from: fewer than two messages have a reply")
    is_labelled = reply_lessons.names_intents(exchanges)
    with_examples = bool(others.get("examples", not is_labelled))
    known = meanings.known(others.get("meanings"))
    responses = _responses(
        exchanges, is_labelled, known, others.get("responses"), others.get("from_data", True)
    )
    lessons = Lessons.of(responses, with_reasons=with_examples)
    recipe = replace(given.recipe, **changes)
    data_share = float(others.get("data_share", reply_lessons.MOST_DATA_SHARE))
    document = {
        "recipe": asdict(recipe),
        "labels": None,
        "responses": responses.as_mapping(),
        "classes": list(lessons.classes),
        "examples": with_examples,
        "meanings": others.get("meanings"),
        "data_share": data_share,
        **{name: others.get(name) for name in _READING},
    }
    written = _examples(document, held_out)[0]
    if family.ENCODINGS[0] == Words.name:
        texts = [*_texts(exchanges, written), *(r.text for r in responses.responses)]
        words = Words.fit(texts)
        config = family.Config(**{"n_symbols": words.n_symbols, **given.shape, **shape})
        priors = dict.fromkeys(lessons.classes, 1.0)
        return document | {"encoding": words.as_mapping(), "config": asdict(config), "priors": priors}
    encoding = NGrams.fit(
        _texts(exchanges, written),
        least=recipe.least_texts,
        most=recipe.most_features,
        meaning=known.features,
    )
    sizes = _sizes(encoding, known.table.shape[1], len(lessons.classes))
    judged = reply_lessons.judged(encoding, lessons, exchanges, written, data_share=data_share)
    return document | {
        "encoding": encoding.as_mapping(),
        "config": asdict(family.Config(**{**sizes, **given.shape, **shape})),
        "priors": _priors(judged, lessons.classes),
    }


def _sizes(encoding: NGrams, meaning_width: int, n_classes: int) -> dict[str, int]:
    """What of a model's shape the data decide."""
    return {
        "n_features": encoding.n_features,
        "n_learned": encoding.n_learned,
        "n_meaning": encoding.n_meaning,
        "meaning_width": meaning_width,
        "n_classes": n_classes,
        "n_buckets": N_BUCKETS,
    }


def _priors(judged: Judged, classes: Sequence[str]) -> dict[str, float]:
    """How often each class is right, as often as messages are shown."""
    shares = judged.weights @ judged.targets / max(judged.weights.sum(), 1e-9)
    return dict(zip(classes, map(float, np.round(shares, 6)), strict=True))


def _responses(
    exchanges: Exchanges, is_labelled: bool, known: meanings.Meanings, file: str | None, from_data: bool
) -> ResponseSet:
    """The replies of the data under the data's intents or the shipped ones; those of a person's own file first.

    Where they are not taken `from_data`, they are the shipped ones and those of the file.
    """
    if not from_data:
        found = ResponseSet.seeds()
    elif is_labelled:
        found = reply_lessons.responses_by_label(exchanges)
    else:
        found = reply_lessons.responses_by_spreading(exchanges, ResponseSet.seeds(), known.vectors)
    return ResponseSet.from_file(Path(file)).joined(found) if file else found


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    train, valid = (reply_lessons.exchanges_of(part) for part in _parts(document, items))
    config, recipe = (
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
    )
    seed = document["schedule"]["seed"]
    written, written_valid = _examples(document, document["held_out"])
    made: Learner
    if family.ENCODINGS[0] == Words.name:
        words = Words.from_mapping(document["encoding"])
        pairs = [_word_pairs(words, *part) for part in ((train, written), (valid, written_valid))]
        made = family.Learner(config, recipe, *pairs, seed=seed)
        return made
    encoding = NGrams.from_mapping(document["encoding"])
    lessons = Lessons(ResponseSet.from_mapping(document["responses"]), tuple(document["classes"]))
    taught = [
        reply_lessons.judged(encoding, lessons, *part, data_share=document["data_share"])
        for part in ((train, written), (valid, written_valid))
    ]
    made = family.Learner(
        config,
        recipe,
        reply_lessons.pairs(encoding, train, written),
        reply_lessons.pairs(encoding, valid, written_valid),
        fixed={
            "meaning": meanings.known(document["meanings"]).rows(encoding.meaningful()),
            "rarity": reply_lessons.rarity(encoding, _texts(train, written)),
        },
        judged=taught[0],
        judged_valid=taught[1],
        seed=seed,
    )
    return made


def _word_pairs(
    words: Words, exchanges: Exchanges, examples: Sequence[Example]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    said = [(e.message, e.reply) for _, e in exchanges]
    said += [(example.message, reply) for example in examples for _, reply in example.replies]
    return [(words.encode(message), words.encode(reply)) for message, reply in said]


def _texts(exchanges: Exchanges, examples: Sequence[Example]) -> list[str]:
    """Every text that is learnt from, as often as it is said."""
    said = [text for _, e in exchanges for text in (e.message, e.reply)]
    return said + [text for e in examples for text in (e.message, *(reply for _, reply in e.replies))]


def _examples(document: Mapping[str, Any], held_out: float) -> tuple[list[Example], list[Example]]:
    """The written examples to learn from and to be judged by."""
    if not document["examples"]:
        return [], []
    found = shipped()
    if not held_out:
        return found, []
    return [e for e in found if not e.is_held_out], [e for e in found if e.is_held_out]


def _parts(document: Mapping[str, Any], items: Sequence[Item]) -> list[list[Conversation]]:
    return [_values(part) for part in split(items, document["held_out"], seed=document["schedule"]["seed"])]


def _values(items: Sequence[Item]) -> list[Conversation]:
    return [item.value for item in items]


@dataclass(frozen=True)
class Artist:
    """Suggestions for messages that were held out."""

    valid: Exchanges
    examples: Sequence[Example]

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        replier = Replier.of(metadata, tensors, name=name)
        messages = [(e.message, e.context) for _, e in self.valid[:: max(1, len(self.valid) // N_SHOWN)]]
        messages += [(example.message, ()) for example in self.examples[:N_SHOWN]]
        lines = [line for message in messages[: 2 * N_SHOWN] for line in _shown(replier, *message)]
        return {".txt": ("\n".join(lines) + "\n").encode()}

    def told(self, files: Mapping[str, bytes]) -> str:
        return files[".txt"].decode()

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        """With the manner of suggesting that does best by the messages held out."""
        replier = Replier.of(metadata, tensors, name="the model")
        if replier.knows_when:
            tensors = {**tensors, "mix": reply_manner.fitted_mix(replier, self.valid)}
            replier = Replier.of(metadata, tensors, name="the model")
        manner = reply_manner.fitted_manner(replier, self.valid, self.examples)
        return {**metadata, "manner": manner.as_mapping()}, tensors


def _shown(replier: Replier, message: str, context: Sequence[str]) -> list[str]:
    language = language_of(message)
    found = replier.suggestions(message, context, language=language)
    is_short = f" ({replier.outlook(message, context, language).is_short:.2f})" if replier.knows_when else ""
    return [f"{message[:200]}{is_short}", *(f"  {s.score:.2f}  {s.text}" for s in found), ""]


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    valid = reply_lessons.exchanges_of(_parts(document, items)[1])
    return Artist(valid, _examples(document, document["held_out"])[1])
