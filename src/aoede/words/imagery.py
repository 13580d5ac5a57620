"""What songs show where a feeling is meant: for each of the named feelings images in English and Chinese.

The neighbours of "hope" in meaning are "wish" and "chance"; what songs sing of is morning light.
"""

from collections.abc import Mapping
from types import MappingProxyType

_ALL = {
    "hope": (
        "light morning dawn rise star candle spring bird road sun tomorrow rainbow",
        "春天 阳光 星光 朝霞 远方 明天 花开 灯火 春风 希望",
    ),
    "wonder": (
        "stars sky moon rainbow universe dream light night garden music eyes",
        "星光 月光 银河 彩虹 天上 梦 花开 星河 流云",
    ),
    "awe": (
        "mountains sky stars ocean universe thunder light heaven",
        "青山 江山 万里 银河 天上 关山 沧海",
    ),
    "joy": (
        "sun dance singing bells summer laughing morning sing birds flowers",
        "阳光 春风 歌声 花开 快乐 笑 唱 桃花 幸福",
    ),
    "playfulness": (
        "dance laughing bees butterfly summer children kite birds",
        "蝴蝶 风筝 秋千 笑 春天 少年 桃花",
    ),
    "excitement": (
        "fire dance night lights neon run singing birds thunder",
        "烟火 灯火 今夜 唱 飞 歌声 少年",
    ),
    "triumph": (
        "rise mountain sun bells light kings road morning",
        "高山 青云 江山 阳光 飞 万里 少年",
    ),
    "pride": (
        "mountain stand name raise sun father's home",
        "高山 故乡 江山 名字 青云 明月",
    ),
    "defiance": (
        "fire storm stand broken wild thunder walls fight chain run",
        "风雨 不怕 飞雪 江湖 高山 少年 飞",
    ),
    "love": (
        "heart kiss rose eyes love arms moon summer lovers darling",
        "相思 爱 心上 桃花 月光 眼里 温柔 微笑 相逢",
    ),
    "tenderness": (
        "arms sleep candle gentle moon darling garden eyes hand",
        "温柔 月光 细雨 灯 小楼 微笑 花 晚风",
    ),
    "gratitude": (
        "hand home light mother children grace carry heart",
        "灯 故乡 归来 一路 阳光 家乡 春风",
    ),
    "serenity": (
        "river water moon sleeping silence garden morning breeze",
        "月光 流水 清风 明月 湖水 云 小楼 山中",
    ),
    "peace": (
        "river garden silence breeze morning home bells moon",
        "清风 明月 山中 流水 庭院 扁舟 云",
    ),
    "dreaminess": (
        "dream dreaming moon clouds stars mist sleeping river",
        "梦 月光 云 银河 蝴蝶 星光",
    ),
    "nostalgia": (
        "remember summer house street letters years photograph garden children dreams",
        "当年 那年 旧时 少年 故乡 往事 岁月 回忆 青春",
    ),
    "longing": (
        "far waiting road sea letters window train stars night",
        "思念 远方 天涯 想念 明月 千里 归路 归来",
    ),
    "melancholy": (
        "rain autumn leaves shadow mist window evening river",
        "秋风 细雨 黄昏 落花 斜阳 离愁 西风",
    ),
    "sadness": (
        "tears rain winter goodbye lost night shadow",
        "眼泪 离别 断肠 秋雨 凄凉 孤独 愁",
    ),
    "grief": (
        "night tears lost silence candle winter dead goodbye",
        "眼泪 断肠 残月 天涯 寒 离别 无言",
    ),
    "loneliness": (
        "alone empty night street window lost silence stranger",
        "孤独 独自 残月 天涯 空 寒 夜",
    ),
    "regret": (
        "goodbye lost tears letters door lonely broken",
        "当年 往事 后悔 无情 回首 眼泪 别离",
    ),
    "solemnity": (
        "bells silence candle names stone snow",
        "钟声 岁月 江山 白雪 无言 名字",
    ),
    "mystery": (
        "shadow moon mist night door forest stranger whisper",
        "夜 烟波 月 深处 云 烟雨",
    ),
    "dread": (
        "shadow dark storm night cold door silence",
        "黑夜 风雨 寒 阴 长夜 无人",
    ),
    "fear": (
        "shadow dark storm running night thunder afraid",
        "黑夜 风雨 怕 寒 无人 夜深",
    ),
    "anger": (
        "fire storm thunder broken burn anger war fight blood scream",
        "风雨 燃 雷雨 暴雨 恨",
    ),
    "tension": (
        "storm running wild night thunder clock fire",
        "风雨 夜 暴雨 追",
    ),
}
IMAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        feeling: MappingProxyType({"en": tuple(english.split()), "zh": tuple(chinese.split())})
        for feeling, (english, chinese) in _ALL.items()
    }
)
