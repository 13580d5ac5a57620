"""Requests, wishes and edits that cannot be, and what of the Chinese of their errors is looked at."""

from typing import Any

REFUSED: list[tuple[str, str, dict[str, Any], str]] = [  # method, path, body, what of it is told again
    ("POST", "/songs", {}, ""),
    ("POST", "/songs", {"request": 5}, "5"),
    ("POST", "/songs", {"request": ""}, "0"),
    ("POST", "/songs", {"request": "爱" * 10_001}, "10,001"),
    ("POST", "/songs", {"request": "hope\0"}, ""),
    ("POST", "/songs", {"request": "hope", "seed": -1}, "-1"),
    ("POST", "/songs", {"request": "hope", "seed": 1.5}, "1.5"),
    ("POST", "/songs", {"request": "hope", "seed": "{seed}"}, "{seed}"),
    ("POST", "/songs", {"request": "hope", "speed": 5}, "request, seed, options"),
    ("POST", "/songs", {"request": "hope", "options": []}, "[]"),
    ("POST", "/songs", {"request": "hope", "options": {"bars": 513}}, "513"),
    ("POST", "/songs", {"request": "hope", "options": {"bars": True}}, "true"),
    ("POST", "/songs", {"request": "hope", "options": {"tempo": 301}}, "301"),
    ("POST", "/songs", {"request": "hope", "options": {"valence": 2}}, "2"),
    ("POST", "/songs", {"request": "hope", "options": {"colour": "red"}}, "instruments"),
    ("PATCH", "/songs/{id}", {"starred": "yes"}, "yes"),
    ("PATCH", "/songs/{id}", {"locks": {"tracks": ["violin"]}}, "violin"),
    ("PATCH", "/songs/{id}", {"locks": {"lines": [0]}}, "0"),
    ("PATCH", "/songs/{id}", {"locks": {"sections": [""] * 65}}, "65"),
    ("POST", "/songs/{id}/current", {"version": "../x"}, "../x"),
    ("POST", "/songs/{id}/edits", {"edit": "delete"}, "delete"),
    ("POST", "/songs/{id}/takes", {"count": 9}, "9"),
    ("POST", "/texts", {"model": "poem", "drafts": 4}, "4"),
    ("POST", "/texts", {"model": "poem", "temperatures": []}, "0"),
    ("POST", "/sounds", {"model": "notes", "tempo": 10}, "10"),
    ("POST", "/sounds", {"notes": []}, ""),
    ("POST", "/replies", {"message": None}, ""),
    ("POST", "/picks", {"text": "ok", "intent": "x"}, ""),
    ("POST", "/runs", {"family": "gan"}, "gan"),
    ("POST", "/runs", {"family": "rbm", "minutes": 0}, "0"),
]


WISHES: list[tuple[dict[str, Any], str, str]] = [  # options, words of the message, words of the hint
    ({"style": "blues{x}"}, "“blues{x}”这种风格", "流行"),
    ({"style": "it's %s"}, "“it's %s”", ""),
    ({"instruments": "pianoo, cello"}, "“pianoo”这种乐器", "你想写的是“piano”吗？"),
    ({"instruments": "drums"}, "鼓", "钢琴"),
    ({"instruments": ","}, "乐器", "大提琴"),
    ({"key": "H moll"}, "“H moll”这个调", "D 多利亚"),
    ({"mode": "locrian"}, "“locrian”这种调式", "和声小调"),
    ({"key": "D minor", "mode": "dorian"}, "调“D minor”与调式“多利亚调式”", ""),
    ({"meter": "7"}, "“7”不是拍号", "6/8"),
    ({"meter": "16/4"}, "16/4", "15"),
    ({"form": "strophe chorus"}, "“strophe”不是歌曲的段落", "主歌"),
    ({"form": "verse:0"}, "“verse:0”", "主歌"),
    ({"form": "verse:8 chorus:8", "bars": 12}, "2 个段落正好需要 16 小节", "小节数"),
    ({"chords": "C X7 G"}, "第 2 小节的“x7”不是和弦".replace("x7", "X7"), "F#m7"),
    ({"chords": "C || G"}, "第 2 小节是空的", "小节线"),
    ({"chords": "C", "harmony": "rbm"}, "“自己的和弦”和“和弦由谁写”", ""),
    ({"lyrics": "la " * 3000}, "音节", "两句"),
    (
        {"lyrics": "\n\n".join(["[bridge]\nla la"])},
        "桥段在歌词里出现 1 次，在歌里出现 0 次",
        "主歌（第 1–4 小节）",
    ),
    ({"lead_label": "guitar"}, "模型", "模型"),
]


EDITED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "regenerate",
        {"bars": "7-12", "seed": 1},
        "只有 8 小节，没有第 7–12 小节",
        "主歌（第 1–4 小节）、副歌（第 5–8 小节）",
    ),
    ("regenerate", {"bars": "6-2", "seed": 1}, "6–2 前后颠倒了", ""),
    ("regenerate", {"bars": ",", "seed": 1}, "什么也没写", "9-16"),
    ("regenerate", {"sections": "solo2", "seed": 1}, "没有“solo2”", "副歌（第 5–8 小节）"),
    ("regenerate", {"sections": "line99", "seed": 1}, "没有第 99 行", "从 1 数起"),
    ("regenerate", {"tracks": "kazoo", "seed": 1}, "没有音轨“kazoo”", "旋律"),
    ("regenerate", {"tracks": "drums", "seed": 1}, "没有音轨“drums”", "和声"),
    ("regenerate", {"tracks": "bass", "lock": "bass", "seed": 1}, "全都锁定了", "少锁"),
    ("extend", {"bars": 509}, "517 小节", "512 小节"),
    ("extend", {"add": "chrous"}, "“chrous”不是歌曲的段落", "“chorus”吗？"),
    ("set_lyrics", {"text": "... !"}, "没有可唱的词", "一句一行"),
    (
        "set_lyrics",
        {"text": "a\nb\nc\nd\ne\nf\n" * 9},
        "最多 8 行词，不够放 54 行",
        "主歌（第 1–4 小节）4 行",
    ),
]
