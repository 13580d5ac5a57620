"""Do requests of opposite mood become different songs? Measured on the notes alone.

    python bench/contrast.py [--seeds 5]

Two sets of pairs, half of each in Chinese. The first was looked at while the rules from words to mood and from mood
to music were made; the second was written afterwards and nothing was changed for it.

Bright against dark must differ in mode (key found in the notes) and in tonal clarity (its correlation with the
Krumhansl-Kessler profile); calm against restless in tempo times density (notes a second). The drift is how much
the other axis moves at the same time.
"""

import argparse
from collections.abc import Sequence
from statistics import mean

import aoede
from aoede.music.measures import Measures, measure

SEEN_BRIGHT_DARK = (
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
    ("cherries, a hammock and my best friend's jokes", "the phone rang at four and she never spoke again"),
    ("we got the keys to our first home", "they sold the farm where I was born"),
    ("kites over the beach on a blue morning", "the last miner carried out of the shaft"),
    ("grandad dancing at my wedding", "a child lost in the ruins of the city"),
    ("the exam results are in and everybody passed", "nobody came to his birthday"),
    ("春游的孩子们在花丛里唱歌", "寒冬里冻死的小鸟"),
    ("久别重逢的老友举杯欢笑", "母亲在儿子的墓碑前痛哭"),
    ("稻谷丰收，村民敲锣打鼓", "干旱的土地和饥饿的孩子"),
    ("阳光洒满教室，同学们笑了", "她撕碎了所有的照片"),
    ("新年的烟花和团圆的家人", "失业的父亲坐在黑暗里"),
)
SEEN_CALM_RESTLESS = (
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
    ("a cat asleep on a warm stone wall", "fire engines screaming down the avenue"),
    ("mist rising slowly from the rice fields", "the final minute and the score is level"),
    ("an old boat drifting on the river", "a stampede of wild horses"),
    ("reading by the fireplace while it snows", "riot in the capital"),
    ("the hush of the library in the evening", "a rollercoaster at full speed"),
    ("清晨的茶园，微风轻轻", "摩托车在公路上飞驰"),
    ("奶奶在院子里晒太阳", "战鼓擂响，万马奔腾"),
    ("溪水缓缓流过山谷", "摇滚现场沸腾的人群"),
    ("静静地看着窗外的雪", "惊涛骇浪中的小船"),
    ("躺在沙滩上听海", "百米冲刺的最后一秒"),
)
UNSEEN_BRIGHT_DARK = (
    ("grandma's jam on the veranda while the bees hum", "the orphanage on a December night"),
    (
        "the whole street came out to dance when the rain arrived",
        "a mother waiting for a son who was killed at sea",
    ),
    ("first love under the apple trees", "the noose and the empty courtyard"),
    ("a toddler chasing soap bubbles", "smoke over the bombed school"),
    ("our boat comes home full of fish and the harbour sings", "he coughs blood and hides it from his wife"),
    ("小狗在雪地里打滚", "监狱墙角长满了霉"),
    ("花园里孩子们追着蝴蝶跑", "医院里最后的告别"),
    ("妹妹考上了理想的大学", "村子被敌人洗劫一空"),
    ("晒着太阳吃西瓜的夏天", "她在黑暗的地下室里哭泣"),
    ("新郎牵着新娘的手微笑", "饿死的牛羊倒在荒原上"),
)
UNSEEN_CALM_RESTLESS = (
    ("an empty beach in the morning fog", "gunfight in the subway"),
    ("the clock ticks and the dog sleeps", "sprinting for the last helicopter"),
    ("moonlight on the monastery garden", "the mosh pit goes crazy"),
    ("floating on my back in a warm pool", "stock traders shouting as the market crashes"),
    ("snow on the cedar branches", "drums of war along the border"),
    ("池塘边的柳树和午后的风", "警车追赶逃犯"),
    ("安静的图书馆里翻书的声音", "拳击手猛烈地进攻"),
    ("薄雾中的小船慢慢划过", "人们在火灾中尖叫逃跑"),
    ("奶奶坐在摇椅上织毛衣", "电音节上疯狂蹦跳的年轻人"),
    ("山谷里的钟声和夕阳", "骑兵冲锋陷阵"),
)
SETS = {
    "seen while the rules were made": (SEEN_BRIGHT_DARK, SEEN_CALM_RESTLESS),
    "unseen": (UNSEEN_BRIGHT_DARK, UNSEEN_CALM_RESTLESS),
}


def measured(request: str, seed: int) -> Measures:
    return measure(aoede.compose(request, seed=seed))


def report_bright_dark(pairs_of_requests: Sequence[tuple[str, str]], seeds: Sequence[int]) -> None:
    modes, clearer = [], []
    for bright, dark in pairs_of_requests:
        pairs = [(measured(bright, seed), measured(dark, seed)) for seed in seeds]
        modes.append(mean(a.key.endswith("major") and b.key.endswith("minor") for a, b in pairs))
        clearer.append(mean(a.key_clarity > b.key_clarity for a, b in pairs))
        drift = mean(a.notes_per_second for a, _ in pairs) / mean(b.notes_per_second for _, b in pairs)
        print(f"  mode {modes[-1]:4.0%}  clarity {clearer[-1]:4.0%}  notes/s x{drift:.2f}  {bright} / {dark}")
    print(f"  mode differs in {_most(modes)} pairs, {mean(modes):.0%} of songs")
    print(f"  clarity differs in {_most(clearer)} pairs, {mean(clearer):.0%} of songs")


def report_calm_restless(pairs_of_requests: Sequence[tuple[str, str]], seeds: Sequence[int]) -> None:
    slower, drifts = [], []
    for calm, restless in pairs_of_requests:
        pairs = [(measured(calm, seed), measured(restless, seed)) for seed in seeds]
        slower.append(mean(a.notes_per_second < b.notes_per_second for a, b in pairs))
        ratio = mean(b.notes_per_second for _, b in pairs) / mean(a.notes_per_second for a, _ in pairs)
        drifts.append(mean(a.key_clarity - b.key_clarity for a, b in pairs))
        same = mean(a.key.split()[-1] == b.key.split()[-1] for a, b in pairs)
        drift = f"clarity {drifts[-1]:+.3f}  same mode {same:4.0%}"
        print(f"  slower {slower[-1]:4.0%} x{ratio:.2f}  {drift}  {calm} / {restless}")
    print(f"  notes a second differ in {_most(slower)} pairs, {mean(slower):.0%} of songs")
    print(f"  drift of clarity {mean(drifts):+.3f}")


def _most(shares: Sequence[float]) -> str:
    return f"{sum(share > 0.5 for share in shares)} of {len(shares)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", help="not used: these songs need no research data")
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    for name, (bright_dark, calm_restless) in SETS.items():
        print(f"{name}: bright against dark, {len(seeds)} seeds each")
        report_bright_dark(bright_dark, seeds)
        print(f"{name}: calm against restless")
        report_calm_restless(calm_restless, seeds)


if __name__ == "__main__":
    main()
