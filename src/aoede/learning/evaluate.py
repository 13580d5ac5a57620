"""How well a model foresees songs or texts that it has not seen, with how the figures were come by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from aoede.encodings.chars import NAME as CHARACTERS
from aoede.encodings.mulaw import NAME as MULAW
from aoede.encodings.ngrams import NAME as NGRAMS
from aoede.encodings.tokens import NAME as WORDS
from aoede.errors import UsageError
from aoede.formats.table import Columns
from aoede.learning import materials
from aoede.learning.dataset import from_folder
from aoede.learning.ladder import Ladder, check_columns, columns_of, ladder
from aoede.learning.melody_sampling import Singer, sings
from aoede.learning.replier import Replier
from aoede.learning.reply_figures import Figures
from aoede.learning.sampling import Trained, find_checkpoint
from aoede.learning.sounder import Sounder
from aoede.learning.text_figures import Logs, Texts, dynamic, static
from aoede.learning.texts import Document
from aoede.learning.watcher import Silent, Watcher
from aoede.learning.writer import Writer
from aoede.models import wavenet
from aoede.models.wavenet.prediction import adaptive_bits
from aoede.music.chord_model import ChordModel, foresees_chords
from aoede.randomness import checked_seed, stream


@dataclass(frozen=True)
class Evaluation:
    model: str
    metric: str  # "nats_per_frame", ...
    value: float  # smaller is better
    low: float  # the interval of an estimate; both are the value where it is exact
    high: float
    n_symbols: int  # over how many frames (or characters, ...) the value is a mean
    protocol: str  # how it was come by, so that others can be compared

    def as_json(self) -> dict[str, Any]:
        return {"schema": "aoede.evaluation/1", **vars(self)}

    def as_text(self, by: Sequence[str] = ()) -> str:
        between = f" ({self.low:.3f} to {self.high:.3f})" if self.low < self.high else ""
        unit = self.metric.replace("_per_", " a ")
        return f"{self.value:.3f} {unit}{between} over {self.n_symbols:,}\n  {self.protocol}"


Known = Trained | Singer | ChordModel | Writer | Sounder | Replier
Model = str | Path | Known


def evaluate(
    model: Model | Sequence[Model],
    folder: str | Path,
    *,
    seed: int = 0,
    adapts: bool = False,
    by: Sequence[str] = (),
    columns: Columns | None = None,
    watcher: Watcher | None = None,
) -> Evaluation | Ladder | Figures:
    """Judge a model by all songs or texts in `folder`, or several models of text by the same texts.

    `adapts`: models of text by their dynamic form too, which learns as it reads. `columns` says which columns of a
    table are texts and labels, `by` the label columns that will be asked for: one that there is not is refused before
    the work. Raises UsageError for what a model cannot do. The songs or texts should be none that
    it was trained on; nobody but the person can know that.
    """
    given = [model] if isinstance(model, Model) else list(model)
    if not given:
        raise UsageError("there is no model to judge")
    found = [_found(one) for one in given]
    watcher = watcher or Silent()
    writers = [one for one in found if isinstance(one, Writer)]
    if len(writers) == len(found):
        apart = _named_apart(given, writers)
        return texts(apart, Path(folder), adapts=adapts, by=by, columns=columns, watcher=watcher)
    trained = found[0]
    if len(found) > 1 or isinstance(trained, Writer):
        raise UsageError(
            "only models of text are judged side by side", hint="Judge each model of music by itself."
        )
    if adapts:
        raise UsageError(
            f"{trained.name} is no model of text: it does not learn as it reads", where="--dynamic"
        )
    if by:
        raise UsageError(f"{trained.name} is no model of text: it has no figures of labels", where="--by")
    if isinstance(trained, Sounder):
        return sounds(trained, Path(folder), seed=seed, watcher=watcher)
    if isinstance(trained, Replier):
        return replies(trained, Path(folder), seed=seed, columns=columns, watcher=watcher)
    return songs(trained, Path(folder), seed=seed, watcher=watcher)


def replies(
    replier: Replier, folder: Path, *, seed: int, columns: Columns | None, watcher: Watcher
) -> Figures:
    """Judge a model of replies by the conversations in `folder`."""
    from aoede.learning import reply_figures, reply_lessons

    dataset = from_folder(folder, kinds=("conversations",), on_file=watcher.reading, columns=columns)
    watcher.read(dataset.report)
    exchanges = reply_lessons.exchanges_of(item.value for item in dataset.items)
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        return reply_figures.reply_figures(replier, exchanges, seed=checked_seed(seed))


def sounds(sounder: Sounder, folder: Path, *, seed: int, watcher: Watcher) -> Evaluation:
    """Judge a model of sound by the recordings in `folder`: beside linear prediction, and told of other clips."""
    from aoede.learning import on_audio

    dataset = from_folder(folder, on_file=watcher.reading, **on_audio.reading({}))
    watcher.read(dataset.report)
    takes = on_audio.judged_takes(sounder, dataset.items)
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        score = wavenet.score(sounder.model, takes)
        config = sounder.model.config
        line = sum(float(adaptive_bits(take.codes, config).sum()) for take in takes) / score.n_symbols
        told = f"{score.protocol}; {len(takes):,} clips; by linear prediction alone {line:.3f}"
        if (config.label_sizes or config.n_frame_features) and len(takes) > 1:
            order = stream(checked_seed(seed), "evaluate").permutation(len(takes))
            others = [
                replace(t, labels=takes[i].labels, frames=takes[i].frames)
                for t, i in zip(takes, order, strict=True)
            ]
            told += f"; told of other clips {wavenet.score(sounder.model, others).value:.3f}"
    return Evaluation(sounder.name, score.metric, score.value, score.low, score.high, score.n_symbols, told)


def songs(trained: Trained | Singer | ChordModel, folder: Path, *, seed: int, watcher: Watcher) -> Evaluation:
    """Judge a model of music by the songs in `folder`, encoded as it knows music."""
    if "scores" not in trained.family.CAPABILITIES:
        raise UsageError(f"a model like {trained.name} has no score")
    material = materials.of(trained.family)
    dataset = from_folder(folder, on_file=watcher.reading, **material.reading({}))
    watcher.read(dataset.report)
    pieces, told = material.judged(trained, [item.value for item in dataset.items])
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        score = trained.family.score(trained.model, pieces, told, stream(checked_seed(seed), "evaluate"))
    return Evaluation(
        trained.name,
        score.metric,
        score.value,
        score.low,
        score.high,
        score.n_symbols,
        f"{score.protocol}; {len(pieces):,} piece{'s' * (len(pieces) != 1)}"
        + (", each moved to C" if trained.transpose == "key" else ""),
    )


def texts(
    writers: Sequence[Writer],
    folder: Path,
    *,
    adapts: bool = False,
    by: Sequence[str] = (),
    columns: Columns | None = None,
    watcher: Watcher,
) -> Ladder:
    """Judge models of text by all texts in `folder`, whole ones, in order of their paths."""
    dataset = from_folder(folder, kinds=("text",), on_file=watcher.reading, columns=columns)
    watcher.read(dataset.report)
    documents: list[Document] = [item.value for item in dataset.items]
    read = [Texts.of(writer, documents) for writer in writers]
    check_columns(by, [column for pair in zip(writers, read, strict=True) for column in columns_of(*pair)])
    judged = []
    with threadpool_limits(1):
        for writer, found in zip(writers, read, strict=True):
            learnt = _dynamic(writer, found, watcher) if adapts else {}
            judged.append((writer, found, static(writer, found), learnt))
    return ladder(judged, [document.text for document in documents])


def _dynamic(writer: Writer, found: Texts, watcher: Watcher) -> dict[str, Logs]:
    total = sum(map(len, found.ids))
    return dynamic(writer, found, lambda n_read: watcher.judging(writer.name, n_read, total))


def _named_apart(given: Sequence[Model], writers: Sequence[Writer]) -> list[Writer]:
    """Writers of one name get the names by which they were given; where these are one too, numbers."""
    names = [writer.name for writer in writers]
    names = [
        str(model) if names.count(name) > 1 and isinstance(model, str | Path) else name
        for model, name in zip(given, names, strict=True)
    ]
    return [
        replace(writer, name=name if names.count(name) == 1 else f"{name} {names[: i + 1].count(name)}")
        for i, (writer, name) in enumerate(zip(writers, names, strict=True))
    ]


def _found(model: Model) -> Known:
    if not isinstance(model, str | Path):
        return model
    checkpoint, name = find_checkpoint(model)
    encoding = checkpoint.metadata.get("encoding")
    is_text = isinstance(encoding, dict) and encoding.get("name") == CHARACTERS
    kind: type[Known] = Trained
    if is_text:
        kind = Writer
    elif isinstance(encoding, dict) and encoding.get("name") == MULAW:
        kind = Sounder
    elif isinstance(encoding, dict) and encoding.get("name") in (NGRAMS, WORDS):
        kind = Replier
    elif sings(checkpoint) or foresees_chords(checkpoint):
        kind = Singer if sings(checkpoint) else ChordModel
    return kind.of(checkpoint.metadata, checkpoint.tensors, name=name, sha256=checkpoint.sha256)
