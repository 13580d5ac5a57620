import pytest

from aoede.mood.manner_wishes import Manner
from aoede.mood.wishes import wishes_of

MANNERS = {
    "in 3/4, D minor, about the sea, for piano and cello": Manner(instruments=("piano", "cello")),
    "a rock song with drums and electric bass": Manner("rock", featured=("drums", "bass")),
    "a piano ballad without drums": Manner("ballad", featured=("piano",), without=("drums",)),
    "a slow waltz for solo violin": Manner("waltz", instruments=("violin",)),
    "一首为钢琴和大提琴写的摇篮曲": Manner("lullaby", instruments=("piano", "cello")),
    "用吉他伴奏的民谣，不要鼓": Manner("folk", featured=("guitar",), without=("drums",)),
    "长笛独奏": Manner(instruments=("flute",)),
    "a march for brass": Manner("march", instruments=("trumpet",)),
    "a love song with simple chords and a low voice": Manner(register=0.2, surprise=0.0),
    "sparse, with unexpected harmonies": Manner(density=0.2, surprise=0.7),
    "pop-style song about folk": Manner("pop"),
    "a Lydian lullaby for two guitars": Manner("lullaby", instruments=("guitar",)),
    "piano solo": Manner(instruments=("piano",)),
    "a rock song with a guitar solo": Manner("rock", featured=("guitar",)),
    "a piano and flute duet": Manner(instruments=("piano", "flute")),
    "only cello and piano": Manner(instruments=("cello", "piano")),
    "for voice and piano": Manner(instruments=("piano",)),
    "a string quartet": Manner(instruments=("strings",)),
    "a cappella": Manner(instruments=("choir",)),
    "with strings but no drums": Manner(featured=("strings",), without=("drums",)),
    "without guitar or bass": Manner(without=("guitar", "bass")),
    "sad cello, rain": Manner(featured=("cello",)),
    "trumpet-led, bright": Manner(featured=("trumpet",)),
    "an acoustic guitar folk song": Manner("folk", featured=("guitar",)),
    "a rock ballad": Manner("ballad"),
    "heavy metal": Manner("rock"),
    "a 12-bar blues": Manner("jazz"),
    "march for a parade": Manner("march"),
    "simple three-chord song": Manner(surprise=0.0),
    "悲伤的大提琴": Manner(featured=("cello",)),
    "摇篮曲，八音盒": Manner("lullaby", featured=("music box",)),
    "小提琴和钢琴": Manner(featured=("violin", "piano")),
    "为两把吉他写的歌": Manner(instruments=("guitar",)),
    "只要钢琴和长笛": Manner(instruments=("piano", "flute")),
    "钢琴独奏": Manner(instruments=("piano",)),
    "吉他弹唱": Manner(instruments=("guitar",)),
    "弦乐四重奏": Manner(instruments=("strings",)),
    "没有鼓": Manner(without=("drums",)),
    "不要鼓和贝斯": Manner(without=("drums", "bass")),
    "电吉他摇滚": Manner("rock", featured=("guitar",)),
    "女高音，和声简单": Manner(register=0.8, surprise=0.0),
    "男声低沉，布鲁斯": Manner("jazz", register=0.2),
    "古风，用笛子和古筝": Manner("folk", featured=("flute", "harp")),
    # words that name nothing of the kind
    "a girl who plays the violin": Manner(),
    "only you": Manner(),
    "for you alone": Manner(),
    "the horn of plenty": Manner(),
    "the voices in my head": Manner(),
    "breaking bad blues": Manner(),
    "march on, my heart": Manner(),
    "鼓励自己": Manner(),
    "没鼓励我": Manner(),
    "鼓起勇气": Manner(),
    "弹钢琴的女孩": Manner(),
    "没有人知道": Manner(),
    "带你去看海": Manner(),
    "进行曲折的人生": Manner(),
    "a rock in the sea": Manner(),
    "march of the penguins": Manner(),
    "in March we met": Manner(),
    "no strings attached": Manner(),
    "I play the drums of war": Manner(),
    "a song for my mother": Manner(),
    "not a waltz": Manner(),
}


@pytest.mark.parametrize(("request_text", "manner"), MANNERS.items())
def test_the_manner_is_read_where_it_is_stated_and_nowhere_else(request_text: str, manner: Manner) -> None:
    assert wishes_of(request_text).manner == manner


def test_a_form_is_read_out_of_the_request() -> None:
    form = wishes_of("jazz, intro verse chorus verse:16 chorus outro").manner.form
    assert form is not None
    assert [name for name, _ in form] == ["intro", "verse", "chorus", "verse", "chorus", "outro"]
    assert form[3] == ("verse", 16)
    assert wishes_of("the verse and the chorus of my life").manner.form is None


FORMS = {
    "AABA form": "verse verse bridge verse",
    "an ABABCB structure": "verse chorus verse chorus bridge chorus",
    "AABA曲式": "verse verse bridge verse",
    "a short intro then verse and then a chorus": "intro verse chorus",
    "前奏-主歌-副歌-桥段-副歌-尾奏": "intro verse chorus bridge chorus outro",
    "前奏，然后主歌，接着副歌": "intro verse chorus",
    "AAA batteries": None,
}


@pytest.mark.parametrize(("request_text", "sections"), FORMS.items())
def test_a_form_is_read_from_letters_and_in_plain_sentences(request_text: str, sections: str | None) -> None:
    form = wishes_of(request_text).manner.form
    assert (form and " ".join(name for name, _ in form)) == sections
