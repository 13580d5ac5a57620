"""The named feelings: finer than the four quadrants of valence and arousal.

Each has a stable id, the English and Chinese words that name it, a point in the plane of valence and arousal, and
the feeling that a negation leads to ("without hope" -> melancholy). The points are placed by hand, near the mean
rating of the words and with arousal as musicians use it: a dreamy song is a calm one, though "dream" excites raters.
`tests/test_mood.py` holds them to the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from types import MappingProxyType

NEARNESS = 0.35  # width, in units of valence and arousal, of the weight of a feeling that no word names
CLEAR_VALENCE = 0.45


@dataclass(frozen=True)
class Feeling:
    """`valence`, `arousal` in [-1, 1]; `english` and `chinese` are the words that name the feeling itself."""

    id: str
    valence: float
    arousal: float
    opposite: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]


def _feeling(name: str, valence: float, arousal: float, opposite: str, english: str, chinese: str) -> Feeling:
    phrases = tuple(" ".join(phrase.split()) for phrase in english.split(","))
    return Feeling(name, valence, arousal, opposite, phrases, tuple(chinese.split()))


_ALL = (
    _feeling(
        "hope", 0.65, 0.25, "melancholy",
        """hope, hopeful, hopes, hoping, optimism, optimistic, promise, light at the end of the tunnel,
        new beginning, fresh start, recovery, healing, rebirth""",
        """希望 盼望 期盼 期待 希冀 乐观 曙光 新生 愿望 心愿 信心 憧憬 重生 未来 柳暗花明 治愈 疗愈""",
    ),
    _feeling(
        "wonder", 0.65, 0.35, "melancholy",
        """wonder, wonders, wondrous, marvel, marvelous, miracle, miracles, miraculous, magic, magical,
        enchanted, amazement, astonishment, curiosity, discovery, fairytale, rainbow""",
        """奇迹 惊奇 奇妙 神奇 惊叹 魔法 奇幻 好奇 童话 仙境 惊喜 彩虹 发现""",
    ),
    _feeling(
        "awe", 0.50, 0.25, "mystery",
        """awe, awestruck, majestic, majesty, sublime, magnificent, grandeur, vast, infinite, cosmos,
        universe, galaxy, reverence""",
        """敬畏 崇高 宏伟 壮丽 壮观 雄伟 磅礴 宇宙 苍穹 辽阔 无垠 震撼 波澜壮阔 崇敬""",
    ),
    _feeling(
        "joy", 0.90, 0.50, "sadness",
        """joy, joyful, joyous, happy, happiness, glad, gladness, cheerful, delight, delighted, merry,
        bliss, blissful, jubilant, elated, sunshine, sunny, laughter, celebration, birthday, holiday,
        holidays""",
        """快乐 欢乐 喜悦 高兴 开心 愉快 幸福 欢喜 欣喜 欢快 欢笑 笑声 欢腾 喜气洋洋 兴高采烈 眉开眼笑
        欢天喜地 心花怒放 阳光 生日 节日 春节 过年""",
    ),
    _feeling(
        "playfulness", 0.65, 0.40, "solemnity",
        """playful, playfulness, mischief, mischievous, silly, funny, cheeky, whimsical, whimsy, frolic,
        games, puppy, kitten, circus, comical, witty, giggle, giggling, jokes, teasing""",
        """调皮 顽皮 俏皮 淘气 嬉戏 玩耍 幽默 搞笑 滑稽 诙谐 童趣 小丑 活泼 好玩 小狗 小猫""",
    ),
    _feeling(
        "excitement", 0.75, 0.90, "peace",
        """excitement, excited, exciting, thrill, thrilled, thrilling, exhilarated, exhilarating, euphoria,
        euphoric, ecstatic, energetic, party, dance, dancing, festival, adventure, carnival, wild,
        adrenaline, race, racing, sprint, sprinting, gallop, galloping, jumping, cheering, boxing""",
        """赛跑 赛车 冲刺 飞奔 奔腾 欢呼 呐喊 拳击
        兴奋 激动 刺激 狂欢 亢奋 激情 热烈 热血沸腾 派对 热情 沸腾 冒险 狂喜 雀跃 跳舞 奔放 迫不及待""",
    ),
    _feeling(
        "triumph", 0.75, 0.65, "regret",
        """triumph, triumphant, victory, victorious, winning, champion, champions, conquer, conquest,
        glory, glorious, heroic, hero, heroes, success, finish line""",
        """胜利 凯旋 凯歌 冠军 英雄 成功 辉煌 光荣 荣耀 英勇 所向披靡 扬眉吐气 马到成功""",
    ),
    _feeling(
        "pride", 0.65, 0.30, "regret",
        """pride, proud, proudly, dignity, honor, honour, confidence, confident, patriotic, noble,
        homeland""",
        """自豪 骄傲 得意 荣誉 自信 尊严 豪迈 祖国""",
    ),
    _feeling(
        "defiance", 0.10, 0.60, "peace",
        """defiance, defiant, rebel, rebellion, rebellious, resist, resistance, revolution, protest, fight,
        fighting, unbroken, determined, determination, brave, bravery, courage, courageous,
        never give up, stand up""",
        """反抗 叛逆 不屈 倔强 抗争 顽强 勇敢 勇气 无畏 坚强 不屈不挠 永不放弃 永不言败 勇往直前 战斗 挑战
        奋斗 革命""",
    ),
    _feeling(
        "love", 0.90, 0.55, "loneliness",
        """love, loving, loved, beloved, lover, lovers, romance, romantic, passion, kiss, sweetheart,
        valentine, adore, wedding, bride, in love, fall in love""",
        """爱 爱情 爱恋 恋爱 相爱 深爱 热恋 初恋 浪漫 亲吻 情侣 恋人 爱人 一见钟情 情书 婚礼 真爱 两情相悦""",
    ),
    _feeling(
        "tenderness", 0.70, -0.30, "anger",
        """tender, tenderness, tenderly, gentle, gently, gentleness, warmth, caress, cuddle, hug, embrace,
        affection, affectionate, soft, softly, caring, motherly, baby, newborn""",
        """温柔 柔情 温情 深情 温暖 温馨 拥抱 轻柔 怀抱 母爱 父爱 亲情 依偎 疼爱 慈爱 柔软 婴儿 宝宝""",
    ),
    _feeling(
        "gratitude", 0.80, 0.05, "anger",
        """gratitude, grateful, thankful, thanks, thank, thank you, appreciation, thanksgiving, blessing,
        blessed""",
        """感恩 感激 感谢 谢谢 祝福 感动""",
    ),
    _feeling(
        "serenity", 0.65, -0.55, "tension",
        """serenity, serene, tranquil, tranquility, tranquillity, calm, calmness, calming, stillness,
        still, quiet, relaxing, relaxed, meditation, soothing, restful, placid, lake, breeze, cozy,
        lullaby, cradle""",
        """宁静 恬静 静谧 安详 平静 幽静 安静 悠闲 放松 舒缓 恬淡 从容 冥想 慵懒 惬意 空灵 微风 心如止水
        摇篮曲 摇篮""",
    ),
    _feeling(
        "peace", 0.75, -0.50, "tension",
        """peace, peaceful, peacefully, harmony, harmonious, contentment, content, ease, comfort,
        comforting, acceptance, relief, relieved, reassured, forgiveness, rest, resting, sleep, sleeping,
        asleep, fast asleep, doze, dozing, nap, napping, slumber, snooze, drowsy""",
        """熟睡 睡觉 入睡 安睡 睡着 沉睡 打盹 午睡 小憩 打瞌睡 休息
        和平 平和 祥和 安宁 和谐 安稳 安心 慰藉 释怀 放下 安慰 知足 心平气和 风平浪静 原谅 岁月静好
        如释重负""",
    ),
    _feeling(
        "dreaminess", 0.50, -0.30, "tension",
        """dreamy, dreaminess, dreamlike, dreaming, dream, dreams, daydream, floating, drifting, hazy,
        ethereal, moonlight, moonlit, starlight, starry, lost in thought""",
        """梦幻 梦境 梦 做梦 朦胧 朦朦胧胧 如梦如幻 空灵 缥缈 白日梦 幻想 迷离 恍惚 月光 月色 星空 星光
        美梦""",
    ),
    _feeling(
        "nostalgia", 0.30, -0.20, "hope",
        """nostalgia, nostalgic, memories, memory, remembrance, remembering, reminisce, childhood,
        old days, old times, hometown, bygone""",
        """怀旧 怀念 回忆 记忆 往事 乡愁 童年 旧时光 故乡 家乡 往日 从前 老照片 追忆 回首 岁月 老歌
        触景生情 曾经""",
    ),
    _feeling(
        "longing", 0.05, 0.10, "peace",
        """longing, long for, yearning, yearn, yearns, craving, desire, ache, miss you, missing you,
        homesick, homesickness, pining, wish you were here""",
        """思念 想念 渴望 相思 牵挂 思乡 想家 眷恋 向往 望穿秋水 魂牵梦绕 朝思暮想 守候 守望 挂念""",
    ),
    _feeling(
        "melancholy", -0.50, -0.35, "joy",
        """melancholy, melancholic, wistful, wistfulness, bittersweet, pensive, blues, gloom, gloomy,
        sombre, somber, rainy, dejected, weary, brooding""",
        """忧郁 惆怅 忧伤 忧愁 愁 感伤 伤感 怅然 愁绪 阴郁 低落 郁闷 深秋 雨夜 阴雨 萧瑟 抑郁 多愁善感""",
    ),
    _feeling(
        "sadness", -0.75, -0.30, "joy",
        """sad, sadness, sadly, sorrow, sorrowful, unhappy, unhappiness, tears, crying, cry, weep, weeping,
        miserable, misery, heartbreak, heartbroken, broken heart, heartache, depressed, depression,
        hurt, despair, hopeless""",
        """悲伤 伤心 难过 悲哀 哀愁 眼泪 流泪 泪水 哭泣 心碎 心痛 心酸 失恋 痛苦 绝望 沮丧 难受 失望
        泪流满面 黯然神伤 闷闷不乐""",
    ),
    _feeling(
        "grief", -0.85, -0.10, "peace",
        """grief, grieving, grieve, mourn, mourning, mourner, bereaved, bereavement, lament, elegy,
        requiem, funeral, death, died, dead, dying, loss, grave, burial, passed away, passing away""",
        """悲痛 哀悼 哀伤 悼念 葬礼 永别 哀思 去世 逝世 死亡 生离死别 哀歌 挽歌 安魂曲 坟墓 离世 悲恸
        肝肠寸断 阴阳两隔""",
    ),
    _feeling(
        "loneliness", -0.70, -0.40, "love",
        """lonely, loneliness, lonesome, alone, solitude, solitary, isolated, isolation, abandoned,
        forsaken, deserted, nobody, empty room, empty house, stranded""",
        """孤独 寂寞 孤单 孤寂 落寞 独自 一个人 冷清 孤零零 孤苦伶仃 形单影只 空荡荡 寂寥 空城 人去楼空
        无人""",
    ),
    _feeling(
        "regret", -0.65, -0.05, "pride",
        """regret, regrets, regretful, remorse, remorseful, guilt, guilty, shame, ashamed, sorry, apology,
        repent, too late, if only, mistakes, mistake""",
        """后悔 遗憾 悔恨 懊悔 内疚 愧疚 惭愧 自责 忏悔 错过 羞愧 对不起 抱歉""",
    ),
    _feeling(
        "solemnity", -0.05, -0.35, "playfulness",
        """solemn, solemnity, solemnly, grave, sacred, ceremony, ceremonial, dignified, prayer, cathedral,
        temple, monument, ritual, holy, hymn, vigil""",
        """庄严 肃穆 庄重 神圣 虔诚 祈祷 教堂 寺庙 古寺 沉重 钟声 纪念碑 圣歌""",
    ),
    _feeling(
        "mystery", 0.10, 0.20, "peace",
        """mystery, mysterious, mystic, mystical, enigma, enigmatic, secret, secrets, hidden, unknown,
        riddle, occult, fog, mist, labyrinth, strange""",
        """神秘 秘密 诡异 迷雾 谜 未知 悬疑 传说 雾 大雾 悬念 薄雾""",
    ),
    _feeling(
        "dread", -0.70, 0.25, "hope",
        """dread, dreadful, ominous, doom, foreboding, sinister, menace, menacing, apocalypse, darkness,
        evil, haunted, creepy, eerie, abyss, nightmare, horror, gloomy forest""",
        """黑暗 阴森 毛骨悚然 末日 深渊 邪恶 噩梦 恶梦 恐怖 不祥 地狱 魔鬼 幽灵 阴影""",
    ),
    _feeling(
        "fear", -0.75, 0.45, "defiance",
        """fear, fears, fearful, afraid, scared, scary, frightened, frightening, terror, terrified,
        terrifying, panic, panicked, horrified, phobia, danger, dangerous""",
        """恐惧 害怕 惊恐 恐慌 惊慌 惊吓 可怕 惧怕 胆战心惊 提心吊胆 危险 魂飞魄散 慌乱""",
    ),
    _feeling(
        "anger", -0.75, 0.75, "peace",
        """anger, angry, rage, raging, fury, furious, mad, outrage, outraged, wrath, hate, hatred,
        hateful, resentment, bitter, revenge, violent, violence, betrayal, betrayed""",
        """愤怒 生气 怒火 暴怒 气愤 仇恨 憎恨 愤恨 怒吼 怒不可遏 复仇 怨恨 恼怒 义愤填膺 背叛 恨 火冒三丈""",
    ),
    _feeling(
        "tension", -0.55, 0.50, "serenity",
        """tension, tense, anxious, anxiety, nervous, worry, worried, worrying, restless, uneasy, stress,
        stressed, suspense, urgent, urgency, panic, chase, hurry, rush, hectic, deadline, agitated""",
        """紧张 焦虑 不安 焦急 忐忑 烦躁 担心 焦躁 着急 压力 坐立不安 急促 心急如焚 追捕 紧迫 忧虑 匆忙
        心神不宁""",
    ),
)  # fmt: skip

FEELINGS: Mapping[str, Feeling] = MappingProxyType({feeling.id: feeling for feeling in _ALL})

NAMED_BY: Mapping[str, str] = MappingProxyType(
    {word: feeling.id for feeling in reversed(_ALL) for word in (*feeling.english, *feeling.chinese)}
)  # word -> feeling id; where two feelings share a word, the earlier one of the table has it


def nearest_feelings(valence: float, arousal: float, count: int = 2) -> dict[str, float]:
    """The `count` feelings closest to a point, with weights 0..1 that fall off as a Gaussian of the distance.

    Only the clearly bright and dark ones: mystery or longing lie between, and hold only where they are named.
    """
    weights = {
        feeling.id: exp(
            -((valence - feeling.valence) ** 2 + (arousal - feeling.arousal) ** 2) / (2 * NEARNESS**2)
        )
        for feeling in _ALL
        if abs(feeling.valence) >= CLEAR_VALENCE
    }
    best = sorted(weights, key=lambda name: (-weights[name], name))[:count]
    return {name: weights[name] for name in best}
