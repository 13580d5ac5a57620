"""What can be trained: each family on each encoding, what it is told as to people, its settings and its figure.

A learner is named "FAMILY/ENCODING". Nothing here imports a network: the sentences are for those who choose one.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aoede.errors import MissingError, UsageError
from aoede.studio.models import uses_of

MUSIC, TEXTS, SOUNDS, CONVERSATIONS = "music", "texts", "sounds", "conversations"
INSTALL = "pip install 'aoede[train]'"


@dataclass(frozen=True)
class Setting:
    """One setting of the drawer; `usual` None leaves it to the library, by the data."""

    kind: str  # "whole", "number", "choice" or "text"
    en: str
    zh: str
    least: float = 0
    most: float = 0  # of a text its length
    choices: tuple[str, ...] = ()
    usual: float | str | None = None

    def checked(self, value: Any, where: str) -> Any:
        """The value. Raises UsageError, naming the limits."""
        if self.kind == "choice":
            if value not in self.choices:
                raise UsageError(f"has to be one of {', '.join(self.choices)}", where=where)
            return value
        if self.kind == "text":
            if not isinstance(value, str) or not value.strip() or len(value) > self.most:
                raise UsageError(f"has to be a text of at most {self.most:g} characters", where=where)
            return value
        kinds = int if self.kind == "whole" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not self.least <= value <= self.most:
            what = "a whole number" if self.kind == "whole" else "a number"
            raise UsageError(f"has to be {what} from {self.least:g} to {self.most:g}", where=where)
        return value

    def as_json(self) -> dict[str, Any]:
        found = {"kind": self.kind, "en": self.en, "zh": self.zh, "usual": self.usual}
        return found | (
            {"choices": list(self.choices)} if self.choices else {"least": self.least, "most": self.most}
        )


def _whole(en: str, zh: str, least: int, most: int, usual: int | None = None) -> Setting:
    return Setting("whole", en, zh, least, most, usual=usual)


def _number(en: str, zh: str, least: float, most: float, usual: float | None = None) -> Setting:
    return Setting("number", en, zh, least, most, usual=usual)


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "n_hidden": _whole("Hidden units", "隐藏单元数", 4, 4096),
        "n_width": _whole("Width", "宽度", 8, 2048),
        "width": _whole("Numbers a word", "每个词的维数", 8, 1024),
        "n_layers": _whole("Layers", "层数", 1, 12),
        "n_heads": _whole("Heads", "注意力头数", 1, 16),
        "cell": Setting("choice", "Cell", "单元类型", choices=("lstm", "gru", "tanh")),
        "output": Setting("choice", "Output", "输出层", choices=("notes", "nade", "rbm", "bernoulli")),
        "context": _whole("Letters it looks back", "能回看的字数", 8, 2048),
        "n_steps": _whole("Steps in a window", "每段长度", 4, 2048),
        "window_steps": _whole("Sixteenths in a window", "每窗的十六分音符数", 4, 64),
        "order": _whole("Longest n-gram", "最长 n 元组", 2, 16),
        "n_columns": _whole("What is looked at", "参照的线索数", 0, 7),
        "n_residual": _whole("Channels", "通道数", 8, 256),
        "learning_rate": _number("Learning rate", "学习率", 1e-6, 1),
        "dropout": _number("Dropout", "随机丢弃率", 0, 0.9),
        "batch_size": _whole("Pieces a step", "每步样本数", 2, 4096),
        "transpose": Setting("choice", "Keys", "移调", choices=("key", "all", "none")),
        "text_column": Setting("text", "Column of texts in a table", "表格里的文字列", most=100),
        "label_columns": Setting("text", "Column of labels in a table", "表格里的标签列", most=100),
        "held_out": _number("Share held out", "留作检验的比例", 0.0, 0.5, 0.1),
    }
)


@dataclass(frozen=True)
class Learner:
    """A family on an encoding."""

    family: str
    encoding: str
    material: str
    needs_torch: bool
    takes_time: bool  # whether minutes say anything: one that counts is done when it is done
    title: tuple[str, str]  # in English and Chinese, as all that follows
    said: tuple[str, str]
    figure: tuple[str, str]
    settings: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.family}/{self.encoding}"

    def as_json(self) -> dict[str, Any]:
        names = (*self.settings, "held_out")
        return {
            "family": self.family,
            "encoding": self.encoding,
            "material": self.material,
            "needs_torch": self.needs_torch,
            "takes_time": self.takes_time,
            "title_en": self.title[0],
            "title_zh": self.title[1],
            "en": self.said[0],
            "zh": self.said[1],
            "figure_en": self.figure[0],
            "figure_zh": self.figure[1],
            "uses": list(uses_of(self.encoding)),
            "settings": {name: SETTINGS[name].as_json() for name in names},
        }


_OF_CHARACTERS = (
    "Nats per character: how much each letter of a text it has never seen surprises it. Smaller is better. "
    "English begins near 3; 1.45 after ten minutes on a book is good.",
    "每字的纳特数：没见过的文字里，每个字让它多意外。越小越好。英文从 3 左右开始，一本书学十分钟到 1.45 就很"
    "好；中文字多，数值也大，唐诗学得好是 4.5 上下。",
)
_OF_STEPS = (
    "Nats a sixteenth: how much each moment of music it has never heard surprises it. Smaller is better. "
    "Guessing every note on its own costs 10 to 16; 4 to 6 is good.",
    "每个十六分音符的纳特数：没听过的音乐，每一刻让它多意外。越小越好。逐音乱猜要 10 到 16，到 4 至 6 就很"
    "好。",
)
_OF_FRAMES = (
    "Nats a frame: how much each moment of music it has never heard surprises it. Smaller is better. "
    "Guessing every note on its own costs about 11; 5 is good for four voices, and less where a song repeats "
    "itself.",
    "每帧的纳特数：没听过的音乐，每一刻让它多意外。越小越好。逐音乱猜约 11；四声部到 5 就很好，重复多的曲子"
    "更低。",
)
_OF_NOTES = (
    "Nats a note: how much each next note of a melody it has never heard surprises it. Smaller is better. "
    "Guessing costs about 7; 2 to 4 is good, by how varied the songs are.",
    "每个音的纳特数：没听过的旋律里，下一个音让它多意外。越小越好。乱猜约 7，到 2 至 4 就很好，看曲子变化多"
    "不多。",
)
_OF_CHORDS = (
    "Nats a chord: how much each next chord of a song it has never heard surprises it. Smaller is better. "
    "Guessing costs about 4; below 2 is good.",
    "每个和弦的纳特数：没听过的歌里，下一个和弦让它多意外。越小越好。乱猜约 4，低于 2 就很好。",
)
_OF_SAMPLES = (
    "Bits a sample: how much each of the thousands of numbers in a second of new sound surprises it. Smaller "
    "is better. 8 is guessing; what simple prediction reaches is told as the training begins, and below that "
    "it has learnt something.",
    "每个采样的比特数：新声音每秒几千个数，每个让它多意外。越小越好。乱猜是 8；训练开始时会说简单预测能到多"
    "少，低于它就真学到了东西。",
)
_OF_REPLIES = (
    "Nats: how far the right reply and its intent are from the top, for messages it has never seen. Smaller "
    "is better. “1 of 100” is how often it picks the true reply out of a hundred: there greater is better.",
    "纳特数：对没见过的消息，正确的回复和意图离榜首多远。越小越好。“1 of 100”是在一百条里挑中真回复的比例，"
    "那个越大越好。",
)
_OF_WORDS = (
    "Nats a word: how much each word of a reply it has never seen surprises it. Smaller is better; 2 to 3 is "
    "good for short replies.",
    "每词的纳特数：没见过的回复里，每个词让它多意外。越小越好；短回复到 2 至 3 就不错。",
)

_NETWORK = ("n_hidden", "n_layers", "cell", "learning_rate", "dropout")
_ATTENTIVE = ("n_width", "n_layers", "n_heads", "learning_rate", "dropout")
_TABLES = ("text_column", "label_columns")

_ALL = (
    Learner(
        *("rbm", "pianoroll", MUSIC, False, True),
        ("Harmony by ear", "凭听觉学和声"),
        (
            "Listens to your songs a bar at a time and learns which notes like to sound together. After a minute it "
            "can give your songs their chords.",
            "一次听一小节，学会哪些音喜欢一起响。一分钟后就能给你的歌配和弦。",
        ),
        _OF_STEPS,
        ("n_hidden", "window_steps", "transpose", "learning_rate", "batch_size"),
    ),
    Learner(
        *("ngram", "melody", MUSIC, False, False),
        ("Melody by counting", "数出来的旋律"),
        (
            "Counts which note comes after which in your melodies, and under which chord. Done in seconds, easy to "
            "explain in class, and it already sings like your songs.",
            "数一数你的旋律里什么音后面常跟什么音、在什么和弦上。几秒学完，课堂上也讲得清，唱出来已有你那些歌的味道。",
        ),
        _OF_NOTES,
        ("n_columns",),
    ),
    Learner(
        *("rnn", "melody", MUSIC, True, True),
        ("Melody with a memory", "有记性的旋律"),
        (
            "Follows your melodies note by note and remembers how they began, so that its own tunes hold together.",
            "一个音一个音地跟着你的旋律走，记得开头是怎么唱的，所以它的曲调前后连贯。",
        ),
        _OF_NOTES,
        _NETWORK,
    ),
    Learner(
        *("transformer", "melody", MUSIC, True, True),
        ("Melody that looks back", "会回望的旋律"),
        (
            "Looks back over all that was sung before each note, and finds what is worth taking up again. It "
            "likes a hundred songs or more.",
            "每唱一个音都回望前面唱过的一切，找出值得再现的地方。给它一百首歌以上更好。",
        ),
        _OF_NOTES,
        _ATTENTIVE,
    ),
    Learner(
        *("rnn", "chords", MUSIC, True, True),
        ("Where chords go", "和弦的去向"),
        (
            "Forgets the notes and reads only the chords: from each one it learns where your songs like to go next.",
            "放下音符只读和弦：从每个和弦出发，学你的歌接下来爱往哪里走。",
        ),
        _OF_CHORDS,
        _NETWORK,
    ),
    Learner(
        *("rnn", "pianoroll", MUSIC, True, True),
        ("All voices at once", "所有声部一起"),
        (
            "Reads the whole texture a sixteenth at a time and learns to play on from it, all voices together.",
            "以十六分音符为一步通读整个织体，学着所有声部一起往下弹。",
        ),
        _OF_FRAMES,
        ("n_hidden", "n_layers", "cell", "output", "transpose", "learning_rate", "dropout"),
    ),
    Learner(
        *("transformer", "pianoroll", MUSIC, True, True),
        ("All voices, looking back", "所有声部，会回望"),
        (
            "Plays all voices too, but at every moment it may look back at any bar before. Slower; better with "
            "much music.",
            "同样弹所有声部，但每一刻都能回看前面任何一小节。慢一些，曲子多时更好。",
        ),
        _OF_FRAMES,
        ("n_width", "n_layers", "n_heads", "output", "transpose", "learning_rate", "dropout"),
    ),
    Learner(
        *("ngram", "characters", TEXTS, False, False),
        ("Writing by counting", "数出来的文字"),
        (
            "Counts which letter follows which few before it. Done in seconds; its words sound like yours, though it "
            "soon forgets what it was talking about.",
            "数一数几个字后面常跟哪个字。几秒学完；腔调像你的文字，只是很快忘了在说什么。",
        ),
        _OF_CHARACTERS,
        ("order", *_TABLES),
    ),
    Learner(
        *("mixture", "characters", TEXTS, True, True),
        ("Counting and memory together", "计数与记性合一"),
        (
            "One part counts, one part remembers, and at every letter the one that knows better speaks up. The best "
            "writer that ten minutes can buy.",
            "一半靠数，一半靠记，每个字都由更懂的那个来说。同样十分钟，它写得最好。",
        ),
        _OF_CHARACTERS,
        ("n_hidden", "order", "learning_rate", "dropout", *_TABLES),
    ),
    Learner(
        *("rnn", "characters", TEXTS, True, True),
        ("Writing with a memory", "有记性的文字"),
        (
            "Reads your texts letter by letter and remembers as it goes; it learns spelling, then words, then your "
            "way of putting things.",
            "一个字一个字地读，边读边记；先学会写字，再学会用词，最后学会你的语气。",
        ),
        _OF_CHARACTERS,
        (*_NETWORK, "n_steps", *_TABLES),
    ),
    Learner(
        *("transformer", "characters", TEXTS, True, True),
        ("Writing that looks back", "会回望的文字"),
        (
            "Before each letter it looks back over the last lines for what fits. Large language models are of this "
            "kind; this one is small enough for your desk.",
            "写每个字前都回看前几行找合适的。和大语言模型是同一类，只是小到放得上书桌。",
        ),
        _OF_CHARACTERS,
        (*_ATTENTIVE, "context", *_TABLES),
    ),
    Learner(
        *("wavenet", "mulaw", SOUNDS, True, True),
        ("A sound of your own", "你自己的声音"),
        (
            "Listens to your recordings thousands of times a second and learns to make such sound by itself: an "
            "instrument, if the names tell the notes, or a voice saying words. Give it twenty minutes or more.",
            "以每秒几千次的细度听你的录音，学着自己发出这样的声音：文件名写明音高就是乐器，念词就是人声。至少给它二十分钟。",
        ),
        _OF_SAMPLES,
        ("n_layers", "n_residual", "learning_rate"),
    ),
    Learner(
        *("two-tower", "ngrams", CONVERSATIONS, False, True),
        ("Replies the way you give them", "像你那样回复"),
        (
            "Learns from your conversations which short answer fits which message, and offers three. It picks among "
            "answers that people gave and never makes one up.",
            "从你的对话里学会哪句短回复配哪条消息，给出三句。只在人说过的话里挑，从不编造。",
        ),
        _OF_REPLIES,
        ("n_hidden", "width", "learning_rate", "batch_size", "text_column"),
    ),
    Learner(
        *("seq2seq", "words", CONVERSATIONS, True, True),
        ("Replies, weighed word by word", "逐词斟酌的回复"),
        (
            "Reads a message word by word and asks of every short answer how likely it would be to write just that.",
            "一个词一个词地读消息，再掂量每句短回复：我会不会正好这么写？",
        ),
        _OF_WORDS,
        ("n_hidden", "learning_rate", "dropout", "batch_size", "text_column"),
    ),
)

LEARNERS: Mapping[str, Learner] = MappingProxyType({learner.name: learner for learner in _ALL})
FAMILIES = tuple(sorted({learner.family for learner in _ALL}))
ENCODINGS = tuple(sorted({learner.encoding for learner in _ALL}))


def learner_of(family: str, encoding: str = "") -> Learner:
    """The learner of a family, on its usual encoding where none is named. Raises UsageError."""
    fitting = [each for each in _ALL if each.family == family and encoding in ("", each.encoding)]
    if not fitting:
        known = ", ".join(each.encoding for each in _ALL if each.family == family)
        raise UsageError(
            f"{family} does not learn {encoding}",
            where="encoding",
            hint=f"It learns {known}." if known else "",
        )
    usual = [each for each in fitting if each.encoding == "characters"]
    return (usual or fitting)[0]


def has_torch() -> bool:
    """Whether torch is installed; it is not imported for it."""
    return importlib.util.find_spec("torch") is not None


def check_installed(learner: Learner) -> None:
    """Raises MissingError, with the command, where the learner needs what is not installed."""
    if learner.needs_torch and not has_torch():
        raise MissingError(
            f"to train {learner.family}, torch must be installed",
            where="family",
            hint=f"Install it with: {INSTALL}",
        )


def checked_settings(learner: Learner, said: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the library takes them. Raises UsageError for one that this learner has not, or out of range."""
    known = (*learner.settings, "held_out")
    for name in said:
        if name not in known:
            raise UsageError(
                "there is no such setting",
                where=f"settings.{name[:40]}",
                hint=f"Settings are {', '.join(known)}.",
            )
    found = {name: SETTINGS[name].checked(value, f"settings.{name}") for name, value in said.items()}
    if "label_columns" in found:
        found["label_columns"] = [part.strip() for part in found["label_columns"].split(",") if part.strip()]
    return found
