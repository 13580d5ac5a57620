"""Do requests of opposite mood become different songs? Twenty pairs, measured on the notes alone.

    python bench/contrast.py [--seeds 5]

Bright against dark must differ in mode (key found in the notes) and in tonal clarity (its correlation with the
Krumhansl-Kessler profile); calm against restless in tempo times density (notes a second). The drift is how much
the other axis moves at the same time.
"""

import argparse
from statistics import mean

import aoede
from aoede.music.measures import Measures, measure

BRIGHT_DARK = (
    ("the first morning of the summer holidays", "an empty house after the funeral"),
    ("my daughter opening her birthday presents", "the letter that said he had died in the war"),
    ("swallows coming back over green fields", "a drowned village under black water"),
    ("a wedding dance in the orchard", "betrayed by the only friend I had"),
    ("sunlight on fresh bread and laughing neighbours", "a prisoner counting the days in a cold cell"),
    ("雨后阳台上的彩虹", "深夜医院走廊里的哭声"),
    ("外婆家院子里开满了花", "被大火烧毁的村庄"),
    ("孩子第一次学会走路", "坟前的最后一封信"),
    ("丰收的田野上大家在歌唱", "绝望的囚徒在黑暗中等待"),
    ("和好朋友一起去海边看日出", "他被所有人背叛和抛弃"),
)
CALM_RESTLESS = (
    ("a still lake at dusk, nobody about", "a car chase through the crowded market"),
    ("grandmother asleep in her chair", "the crowd storms the stadium after the goal"),
    ("snow falling on the garden at night", "dancing till the lights come on"),
    ("a slow cup of tea while the rain stops", "running from the explosion"),
    ("the monastery before sunrise", "a boxing match in its last round"),
    ("月光下安静的湖面", "赛车在终点前疯狂冲刺"),
    ("午后躺在草地上打盹", "球迷在体育场里狂欢呐喊"),
    ("老僧在山寺里静坐", "暴风雨中拼命奔跑"),
    ("婴儿在摇篮里熟睡", "激烈的战斗打响了"),
    ("雪夜里一盏温暖的灯", "夜店里疯狂跳舞的人群"),
)


def measured(request: str, seed: int) -> Measures:
    return measure(aoede.compose(request, seed=seed))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", help="not used: these songs need no research data")
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    print(f"{'bright / dark':<72} mode  clarity  drift of notes/s")
    for bright, dark in BRIGHT_DARK:
        pairs = [(measured(bright, seed), measured(dark, seed)) for seed in seeds]
        modes = mean(a.key.endswith("major") and b.key.endswith("minor") for a, b in pairs)
        clearer = mean(a.key_clarity > b.key_clarity for a, b in pairs)
        drift = mean(a.notes_per_second for a, _ in pairs) / mean(b.notes_per_second for _, b in pairs)
        print(f"{bright + ' / ' + dark:<72} {modes:4.0%}  {clearer:7.0%}  x{drift:.2f}")
    print(f"{'calm / restless':<72} slower  drift of clarity, same mode")
    for calm, restless in CALM_RESTLESS:
        pairs = [(measured(calm, seed), measured(restless, seed)) for seed in seeds]
        slower = mean(a.notes_per_second < b.notes_per_second for a, b in pairs)
        ratio = mean(b.notes_per_second for _, b in pairs) / mean(a.notes_per_second for a, _ in pairs)
        drift = mean(a.key_clarity - b.key_clarity for a, b in pairs)
        same = mean(a.key.split()[-1] == b.key.split()[-1] for a, b in pairs)
        print(f"{calm + ' / ' + restless:<72} {slower:6.0%} x{ratio:.2f}  {drift:+.3f}, {same:4.0%}")


if __name__ == "__main__":
    main()
