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
    # words that name nothing of the kind
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
