"""What emoji and text faces say, as English words that the mood table rates."""

from collections.abc import Mapping
from types import MappingProxyType

_GLOSSES = """
happy 😀 😃 😄 😁 😊 🙂 ☺ 😺 😸 :) :-) =) ^_^
laughter 😆 😂 🤣 😹 :D :-D xD
relieved 😌 😮‍💨
love 😍 🥰 😘 😗 😙 😚 😻 ❤ 💕 💖 💗 💓 💞 💘 💝 🧡 💛 💚 💙 💜 🤍 🩷 💑 💏 <3
kiss 💋
cute 🥹 🐣 🐥 🐰 🐹
playful 😜 😝 😛 🤪 😋 ;) ;-) :P :-P 🐒 🐵
cool 😎
celebration 🥳 🎉 🎊 🎂 🍾 🥂 🎆 🎇
party 🪩 🎈
dancing 💃 🕺
excited 🤩 ⚡ 🔥 🚀
triumph 🏆 🥇 🎖 🏅
strong 💪 🦾
brave 🦸 🦁 🦅
angel 😇 👼
hug 🤗 🫂
grateful 🙏
applause 👏 🙌
agree 👍 👌 🤝
rejection 👎
thoughtful 🤔 🧐
mysterious 🔮 🕵 🌫 🗝
magical ✨ 🪄 🧚 🦄 🧙
wonder 🌠 🌈 🌌 🔭
star ⭐ 🌟 💫
neutral 😐 😑 😶
boring 🙄 😒
awkward 😬 😅
sleep 😴 😪 💤 🛌
tired 😫 😩 🥱
sick 🤒 🤕 🤢 🤮 😷
confused 😕 🫤 😵 😵‍💫 :/ :-/
worried 😟 😧 😦
sad 😔 🙁 ☹ 😞 😿 🥀 :( :-(
crying 😢 😭 :'(
heartbroken 💔
disappointed 😥 😓
lonely 🥺 🚶
pensive 🌧 🍂 🍁
afraid 😨 😰 😱 🙀
terrified 🧟 🩸
ghost 👻
skull 💀 ☠
evil 😈 👿 👹 👺
angry 😠 😡 🤬 💢 😾 >:(
frustrated 😤 😣 😖
surprised 😮 😯 😲 :O :-O
funeral ⚰ 🪦 ⚱
darkness 🌑 🖤 🌚
moonlight 🌙 🌕 🌝 🌛
sunshine ☀ 🌞 🌤 😎️
sunrise 🌅 🌄
sunset 🌇 🌆
rain ☔ 🌦 💧
storm ⛈ 🌩 🌪 🌀
snow ❄ ☃ ⛄ 🌨
ocean 🌊 🏖 🐚
mountain ⛰ 🏔
forest 🌲 🌳 🏞
sprout 🌱 🌿
blossom 🌸 🌺 🌷 🌼 🌻 💐 🌹
butterfly 🦋
dove 🕊
puppy 🐶 🐕
kitten 🐱 🐈
wolf 🐺
snake 🐍
baby 👶 🍼
family 👪 👨‍👩‍👧
wedding 💒 👰 💍
birthday 🧁 🎁
christmas 🎄 🎅
candle 🕯
home 🏠 🏡
journey 🛤 🧳 ✈ 🚂 ⛵
war ⚔ 💣 🔫 🪖
explosion 💥
beer 🍺 🍻
coffee ☕
meditation 🧘
freedom 🗽 🪁
lightning 🌩️
"""

EMOJI: Mapping[str, str] = MappingProxyType(
    {sign.lower(): gloss for gloss, *signs in map(str.split, _GLOSSES.strip().splitlines()) for sign in signs}
)
