"""How well a model foresees songs that it has not seen: one figure, with how it was come by."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from aoede.errors import UsageError
from aoede.learning import rolls
from aoede.learning.dataset import from_folder
from aoede.learning.sampling import Trained, find
from aoede.learning.watcher import Silent, Watcher
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

    def as_text(self) -> str:
        between = f" ({self.low:.3f} to {self.high:.3f})" if self.low < self.high else ""
        unit = self.metric.replace("_per_", " a ")
        return f"{self.value:.3f} {unit}{between} over {self.n_symbols:,}\n  {self.protocol}"


def evaluate(
    model: str | Path | Trained, folder: str | Path, *, seed: int = 0, watcher: Watcher | None = None
) -> Evaluation:
    """Judge a model by all songs in `folder`, encoded as it knows music. Raises UsageError where it cannot score.

    The songs should be none that it was trained on; nobody but the person can know that.
    """
    trained, watcher = find(model), watcher or Silent()
    if "scores" not in trained.family.CAPABILITIES:
        raise UsageError(f"a model like {trained.name} has no score")
    dataset = from_folder(Path(folder), on_file=watcher.reading)
    watcher.read(dataset.report)
    songs = [item.value for item in dataset.items]
    pieces = rolls.pieces(songs, trained.encoding, transpose=trained.transpose, labels=trained.labels)
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        score = trained.family.score(
            trained.model, pieces.rolls, pieces.labels, stream(checked_seed(seed), "evaluate")
        )
    return Evaluation(
        trained.name,
        score.metric,
        score.value,
        score.low,
        score.high,
        score.n_symbols,
        f"{score.protocol}; {len(pieces.rolls):,} pieces"
        + (", each moved to C" if trained.transpose == "key" else ""),
    )
