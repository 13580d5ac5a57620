"""The small words that change what the others mean, in both languages: a table of roles, nothing else.

A role is (what it does, how strongly). English entries may have several words; Chinese ones are segmented whole.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal[
    "negate", "lose", "intensify", "contrast", "concede", "after", "passed", "join", "subject", "skip", "mark"
]

CLAUSE_SHARE = 0.35  # what the clause that a contrast outweighs still counts


class Role(NamedTuple):
    """What a small word does.

    negate: turns what follows round. lose: is felt itself, and takes what follows away.
    intensify: times `strength`. contrast: what came before counts `strength`.
    concede: what follows in this clause does. after: what follows is over. passed: what precedes is (之后).
    join: carries a negation on. subject: ends it. skip: says nothing. mark: ends a clause.
    """

    kind: Kind
    strength: float = 1.0


_NEGATE = """
not, no, never, nor, neither, without, none, nothing, nobody, cannot, can't, don't, doesn't, didn't,
won't, wouldn't, isn't, aren't, wasn't, weren't, ain't, couldn't, shouldn't, haven't, hasn't, hadn't,
cant, dont, doesnt, didnt, wont, isnt, arent, wasnt, no longer, not any more, no more, anything but,
far from, free from, free of, freed from, instead of, rather than, lack of, lacking, absence of, hardly,
barely, scarcely, rarely, seldom, stop, stopped, avoid, end of, goodbye to, relief from, recover from,
recovering from, healing from, overcome, overcoming, escape from, nowhere, instead of being,
the opposite of, 不, 没, 没有, 没了, 无, 非, 别, 勿, 莫, 未, 未曾, 并非, 不是, 不再, 不会, 不要, 不用,
不必, 不能, 不想, 不太, 不够, 不怎么, 从不, 从未, 从来不, 从来没有, 绝不, 毫无, 毫不, 并不, 永不, 不曾,
再也不, 再也没有, 再没有, 不带, 不那么, 没那么, 缺乏, 缺少, 摆脱, 走出, 远离, 战胜, 克服, 告别, 而不是,
停止, 不许, 不可, 不愿, 不感到, 不觉得, 免于, 脱离, 少一点, 少些, 没什么, 没有了
"""
_LOSE = """
lost, lose, loses, losing, loss of, robbed of, stripped of, 失去, 丧失, 失掉, 丢失, 丢了, 夺走
"""
_INTENSIFY = {
    1.8: """
extremely, incredibly, utterly, overwhelmingly, unbelievably, infinitely, madly, 极其, 极度, 无比, 极为,
极, 万分, 超级, 超, 至极, 透顶, 彻底, 异常, 极了
""",
    1.5: """
very, so, deeply, really, truly, totally, completely, absolutely, profoundly, intensely, immensely,
terribly, awfully, highly, super, hugely, wildly, thoroughly, purely, pure, sheer, too, such, most,
full of, filled with, 非常, 很, 十分, 特别, 太, 好, 真, 真的, 深深, 深深地, 格外, 尤其, 如此, 那么,
这么, 多么, 最, 充满, 满怀, 满是, 相当, 挺, 更, 更加, 越来越
""",
    1.2: """
quite, pretty, rather, more, much, even, fairly, increasingly, 颇, 蛮, 比较
""",
    0.55: """
a little, a bit, slightly, somewhat, mildly, a touch of, a hint of, kind of, sort of, a little bit,
faintly, partly, less, almost, not too, not very, not so, not that, a trace of, 有点, 有点儿, 有些,
稍微, 略微, 略, 稍, 一点, 一点点, 些许, 微微, 一丝, 淡淡的, 淡淡, 几分, 略带, 隐隐
""",
}
_CONTRAST = """
but, yet, however, nevertheless, nonetheless, and yet, but still, 但, 但是, 却, 然而,
可是, 不过, 可, 而是, 只是, 反而, 终究, 最终, 最后还是
"""
_CONCEDE = """
although, though, even though, despite, in spite of, even if, while, 虽然, 尽管, 虽, 虽说, 即使, 哪怕,
就算, 纵然, 固然
"""
_AFTER = "after, past, beyond"
_PASSED = "后, 之后, 过后, 以后, 过去了, 散去, 结束后, 结束了, 已过"
_JOIN = "or, and, nor, &, 和, 与, 或, 或者, 及, 以及, 也不, 跟, 又, 且, 而且, 、"
_SUBJECT = """
i, you, he, she, we, they, it, i'm, you're, he's, she's, we're, they're, i'll, we'll, there, 我, 你, 他,
她, 它, 我们, 你们, 他们, 她们, 咱们, 它们, 您
"""
_STOP = """
还要, 不得不, 令人, 终于, 一声, 第, 继续, come on,
a, an, the, this, that, these, those, some, any, each, every, all, both, few, many, much, own, same,
other, another, of, to, in, on, at, by, for, with, from, into, onto, over, under, up, down, out, off,
about, as, than, then, through, during, before, between, among, within, upon, against, toward, towards,
around, above, below, behind, near, until, till, is, am, are, was, were, be, been, being, do, does, did,
doing, done, have, has, had, having, will, would, shall, should, can, could, may, might, must, let,
let's, lets, get, gets, got, getting, go, goes, going, gone, come, comes, coming, make, makes, made,
making, me, my, mine, your, yours, his, her, hers, him, our, ours, us, their, theirs, them, its, myself,
yourself, himself, herself, itself, ourselves, themselves, who, whom, whose, which, what, where, when,
why, how, if, because, since, so that, that's, it's, i've, you've, we've, they've, i'd, you'd, he'd,
she'd, we'd, they'd, what's, who's, there's, here, also, just, only, even so, again, always, ever,
often, now, soon, later, today, once, already, still, perhaps, maybe, however much, one, two, three,
first, second, last, next, per, via, etc, vs, ll, re, ve, b, c, d, e, f,
g, h, j, k, l, m, n, p, q, r, s, t, u, v, w, x, y, z, flat, sharp, 升, 降, definitely, oh, ah, o, yes, ok, okay, well,
everyone, everybody, everything, someone, somebody, something, anyone, anything, thing, things, way,
lot, lots, bit, while i, ones, 的, 地, 得, 了, 着, 过, 是, 在, 有, 这, 那, 这个, 那个, 这样, 那样, 一,
一个, 一首, 一支, 一段, 一曲, 首, 支, 曲, 个, 种, 一种, 些, 一些, 之, 其, 为, 为了, 给, 对, 对于, 把,
被, 让, 使, 由, 从, 到, 向, 往, 于, 以, 用, 并, 就, 都, 还, 还是, 也, 再, 才, 只, 仍, 仍然, 已, 已经,
正在, 将, 会, 能, 能够, 可以, 要, 应该, 吗, 呢, 吧, 啊, 呀, 哦, 嗯, 里, 中, 上, 下, 内, 外, 时, 时候,
当, 如, 如同, 像, 一样, 似的, 般, 一般, 什么, 怎么, 谁, 哪里, 哪, 每, 每个, 各, 所, 所有, 自己, 人,
那种, 这种, 东西, 事, 事情, 起来, 出来, 下来, 而, 因为, 所以, 如果, 的话, 一下, 来, 去, 说, 想, 做,
与其, 之间, 之中, 中的, 里的, 第一, 第一次, 两, 三, 几, 多, 某, 们, 等, 即, 则, 且说, 刚刚, 刚, 只有,
关于, 有关, 一直, 总是, 常常, 依然, 依旧, 我的, 你的, 他的, 她的, 我们的
"""
_FRAME = """
song, songs, music, musical, piece, pieces, tune, tunes, track, tracks, melody, melodies, number,
composition, soundtrack, theme, write, compose, composing, create, give, want, wants, wanted, need,
needs, like, likes, please, express, expresses, expressing, expressed, convey, conveys, conveying,
evoke, evokes, evoking, capture, captures, describe, describes, feel, feels, feeling, feelings, sound,
sounds, sounding, mood, moods, emotion, emotions, called, titled, named, title, kind, sort, style,
lyrics, instrumental, listen, hear, play, sing, sings, singing, help, can you, could you, would like,
i want, tell, tells, telling, minor, major, key, sharp, flat, bpm, bars, bar, measures, tempo, meter,
beats, minute, minor key, major key, someone who, makes me feel, make me feel, makes you feel, looking,
based, inspired by, set, suitable, background, kind of song, 歌, 歌曲, 曲子, 乐曲, 音乐, 旋律, 曲调,
一首歌, 首歌, 这首歌, 歌儿, 配乐, 主题, 写, 写一首, 创作, 作曲, 谱写, 作, 来一首, 给我, 请, 请给我,
帮我, 帮, 想要, 我想, 我想要, 我要, 需要, 希望有, 表达, 表现, 传达, 描写, 描绘, 描述, 诉说, 讲述, 抒发,
体现, 带有, 带着, 感觉, 感到, 觉得, 情绪, 感情, 风格, 类型, 听, 听起来, 名为, 名叫, 题为, 歌词, 大调,
小调, 小节, 速度, 拍, 拍子, 每分钟, 演奏, 唱, 听着, 适合, 献给, 送给, 写给, 有着, 具有, 关于, 一个关于,
生成, 制作, 做一首, 来一段, 能不能, 可不可以, 麻烦
"""
# Fixed phrases in which a negator or another small word does not do its usual work.
_PLAIN = """
couldn't be, could not be, can't help but, can't get enough,
lying in, lying on, lying under, lying down, lies in, lies on, a well, the well, not only, not just,
not merely, nothing but, no matter, no doubt, no wonder, not yet, why not, nothing more, nothing like,
none other, no one but, more than, more and more, as well, such as, so much, stop at nothing, just like,
at last, after all, after school, at first, 不仅, 不但, 不只, 不仅仅, 不光, 不管, 不论, 无论, 不一定,
不得了, 不断, 不同, 不时, 不久, 不止, 莫名, 莫非, 难道, 未必, 差不多, 不禁, 不由得, 最后, 后来, 然后,
背后, 身后
"""
_PEOPLE = """
mother, father, mum, mom, dad, mama, papa, son, daughter, child, children, kid, kids, brother, sister, wife,
husband, grandma, grandpa, grandmother, grandfather, grandad, granny, friend, friends, neighbour,
neighbours, neighbor, neighbors, man, woman, men, women, boy, girl, boys, girls, people, doctor, teacher,
妈妈, 母亲, 爸爸, 父亲, 儿子, 女儿, 孩子, 孩子们, 小孩, 爷爷, 奶奶, 外公, 外婆, 老人, 朋友, 老友, 好友, 哥哥,
姐姐, 弟弟, 妹妹, 妻子, 丈夫, 同学, 同学们, 老师, 村民, 邻居, 医生, 男人, 女人, 男孩, 女孩, 人们
"""
_MARKS = '. , ; : ! ? … — – ( ) [ ] " 。 ， ； ： ！ ？ 、 （ ） 《 》 “ ” 「 」 \n'


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", ",").replace(";", ",").split(",") if word.strip()]


def _roles() -> dict[str, Role]:
    roles = {mark: Role("mark") for mark in _MARKS.split(" ")}
    roles |= {word: Role("skip") for text in (_STOP, _FRAME) for word in _words(text)}
    roles |= {word: Role("contrast", CLAUSE_SHARE) for word in _words(_CONTRAST)}
    roles |= {word: Role("concede", CLAUSE_SHARE) for word in _words(_CONCEDE)}
    roles |= {word: Role("after") for word in _words(_AFTER)}
    roles |= {word: Role("passed") for word in _words(_PASSED)}
    roles |= {word: Role("subject") for word in _words(_SUBJECT)}
    roles |= {word: Role("intensify", factor) for factor, text in _INTENSIFY.items() for word in _words(text)}
    roles |= {word: Role("negate") for word in _words(_NEGATE)}
    roles |= {word: Role("lose") for word in _words(_LOSE)}
    roles |= {word: Role("skip") for word in _words(_PLAIN)}
    return roles | {word: Role("join") for word in _words(_JOIN)}


ROLES: Mapping[str, Role] = MappingProxyType(_roles())
PEOPLE = frozenset(_words(_PEOPLE))  # who takes part in a scene
