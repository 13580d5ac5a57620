"""How well requests are understood: `python bench/mood.py DATA`.

Prints the held-out correlations that the build stored in the tables, sentences of EmoBank (test only, never fitted)
beside VADER where the package vaderSentiment is installed, opposite requests that were written after the rules,
and the times.
"""

import importlib
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aoede.learning.checkpoint import load_preset
from aoede.mood.request import mood_of
from aoede.mood.vectors import MoodTable, table

# (bright, dark) and (restless, calm): concrete scenes, none of which names a feeling.
BRIGHT_DARK = (
    ("the first day of school holidays", "the house after everyone has left"),
    ("a garden full of butterflies and sunlight", "a rusty swing in an abandoned playground"),
    (
        "grandma opens the oven and the whole kitchen smells of apple cake",
        "the doctor closes the door and sits down slowly",
    ),
    ("two friends share an umbrella and sing", "a soldier reads the telegram twice"),
    ("our team lifts the cup in front of the home crowd", "the factory shut and the town went silent"),
    ("雨后的彩虹", "深夜空荡荡的车站"),
    ("外婆端出刚出炉的点心", "医生摇了摇头走出病房"),
    ("孩子收到了第一辆自行车", "旧城墙下的乱坟岗"),
    ("燕子回到屋檐下筑巢", "被洪水冲走的村庄"),
    ("全家人围着桌子包饺子", "他一个人收拾她留下的衣服"),
)
RESTLESS_CALM = (
    ("sirens race through the streets", "snow falls on a sleeping village"),
    ("the drummer goes wild and the crowd jumps", "a monk sweeps the temple steps"),
    ("horses gallop across the battlefield", "a cat naps on the windowsill"),
    ("the rocket engines ignite", "mist over a pond at daybreak"),
    ("a knife fight in a crowded market", "folding clean laundry in an empty room"),
    ("赛车冲过终点线", "老人坐在树下喝茶"),
    ("暴徒砸碎了商店的玻璃", "月光洒在平静的湖面上"),
    ("演唱会上万人尖叫", "小猫在窗台上打盹"),
    ("战马冲向敌阵", "僧人在扫落叶"),
    ("火山喷发，人群四散奔逃", "薄雾里的小村庄"),
)


def main() -> None:
    data = Path(sys.argv[1])
    print("held-out words, Pearson r (10 folds, families of words together; stored by the build)")
    for name, value in sorted(_stored_figures().items()):
        print(f"  {name:28s} {value:.3f}")
    _emobank(data / "text_en_vad_emobank" / "sentences.tsv")
    _pairs("bright / dark", BRIGHT_DARK, axis=0)
    _pairs("restless / calm", RESTLESS_CALM, axis=1)
    _times()


def _stored_figures() -> dict[str, float]:
    figures: dict[str, float] = load_preset("mood_en").metadata["held_out"]
    return figures


def _emobank(path: Path) -> None:
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    rated = np.array([[float(row[0]), float(row[1])] for row in rows])
    texts = [row[4] for row in rows]
    moods = [mood_of(text) for text in texts]
    print(f"EmoBank, {len(texts)} open sentences, Pearson r")
    _row("aoede", [m.valence for m in moods], [m.arousal for m in moods], rated)
    try:
        vader = importlib.import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
    except ImportError:
        print("  VADER   not installed (pip install vaderSentiment)")
        return
    compound = np.array([vader.polarity_scores(text)["compound"] for text in texts])
    _row("VADER", compound, np.abs(compound), rated)  # it has no arousal; the size of its valence stands in


def _row(name: str, valence: npt.ArrayLike, arousal: npt.ArrayLike, rated: npt.NDArray[np.float64]) -> None:
    print(f"  {name}   valence {_r(valence, rated[:, 0]):.3f}  arousal {_r(arousal, rated[:, 1]):.3f}")


def _r(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    return float(np.corrcoef(np.asarray(a, float), np.asarray(b, float))[0, 1])


def _pairs(title: str, pairs: tuple[tuple[str, str], ...], *, axis: int) -> None:
    points = [[(m.valence, m.arousal) for m in map(mood_of, pair)] for pair in pairs]
    right = sum(a[axis] > b[axis] for a, b in points)
    drift = sum(abs(a[1 - axis] - b[1 - axis]) for a, b in points) / len(points)
    print(
        f"opposites, {title}: {right}/{len(pairs)} with the right sign, mean drift on the other axis {drift:.2f}"
    )
    for (a, b), ((va, aa), (vb, ab)) in zip(pairs, points, strict=True):
        print(f"  {va:+.2f} {aa:+.2f}  {a}   |   {vb:+.2f} {ab:+.2f}  {b}")


def _times() -> None:
    for language in ("en", "zh"):
        table.cache_clear()
        start = time.perf_counter()
        words: MoodTable = table(language)
        print(f"load {language}: {1e3 * (time.perf_counter() - start):.1f} ms, {len(words):,} words")
    mood_of("a song 歌")
    for request in ("a song that expresses hope and wonder", "我想要一首表达希望和奇迹的歌"):
        start = time.perf_counter()
        for _ in range(300):
            mood_of(request)
        print(f"{1e3 * (time.perf_counter() - start) / 300:.2f} ms a request: {request}")


if __name__ == "__main__":
    main()
