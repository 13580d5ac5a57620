"""What our pages share: one look, two languages, text that stays text, and a policy that lets nothing else in.

A page shows both languages and hides one: `both` writes them, the switch at the top needs no script.
Its policy (Content Security Policy Level 3) names style and script by their hashes and forbids every connection.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from aoede.errors import UsageError
from aoede.formats.lettering import clean
from aoede.formats.sheet import LANGUAGES

LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
# Each colour on light and on dark paper; all text reaches a contrast of 4.5 (WCAG 2.1 AA).
COLOURS = {
    "paper": ("#FFFFFF", "#14171D"),
    "card": ("#F5F6F8", "#1E232C"),
    "ink": ("#1F2430", "#ECEEF2"),
    "muted": ("#5A6270", "#A3ACBA"),
    "link": ("#0060A0", "#7CC0F5"),
    "line": ("#D9DCE3", "#39414F"),
}
POLICY = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}


def text(words: str) -> str:
    """On one line, without control or direction marks, escaped for an element or an attribute in quotes."""
    return escape(clean(words), quote=True)


def both(english: str, chinese: str) -> str:
    """The same in two languages, of which a page shows one."""
    return f'<span class="en" lang="en">{text(english)}</span><span class="zh" lang="zh-CN">{text(chinese)}</span>'


def written_in(words: str) -> str:
    """The language tag of words: Chinese where any character of them is, else English."""
    return LANGUAGE_TAGS["zh" if any("\u3400" <= c <= "\u9fff" for c in words) else "en"]


def contrast(first: str, second: str) -> float:
    """The contrast of two colours "#RRGGBB", 1..21 (WCAG 2.1)."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def document(
    title: str,
    main: Iterable[str],
    *,
    language: str,
    style: str,
    script: str,
    sources: Mapping[str, str],
) -> bytes:
    """A whole page around the lines of `main`, which are markup; `language` is what it shows first.

    `sources` says where pictures and sounds may come from: {"img-src": "data:"}. Raises UsageError for a language
    that is not "en" or "zh".
    """
    if language not in LANGUAGES:
        raise UsageError(f"a page can speak {' or '.join(LANGUAGES)}, not {language!r}")
    style, script = f"\n{base_style()}\n{style.strip()}\n", f"\n{script.strip()}\n"
    allowed = {**POLICY, **sources, "style-src": _hash(style), "script-src": _hash(script)}
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{LANGUAGE_TAGS[language]}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(map(" ".join, allowed.items()))}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{text(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        "<main>",
        *_switch(language),
        *main,
        "</main>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _switch(language: str) -> Iterable[str]:
    for name, label in (("en", "English"), ("zh", "中文")):
        checked = " checked" if name == language else ""
        yield f'<input type="radio" name="language" id="{name}"{checked}>'
        yield f'<label for="{name}" lang="{LANGUAGE_TAGS[name]}">{label}</label>'


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def base_style() -> str:
    """Colours in light and dark, letters, the switch, cards: what every page of ours begins with."""
    light, dark = (";".join(f"--{name}:{pair[i]}" for name, pair in COLOURS.items()) for i in (0, 1))
    return f"""
:root {{{light};color-scheme:light dark}}
@media (prefers-color-scheme: dark) {{:root {{{dark}}}}}
* {{box-sizing:border-box}}
body {{margin:0 auto;max-width:75rem;padding:1rem;background:var(--paper);color:var(--ink);
  font:1rem/1.5 system-ui,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}}
label {{margin-right:1rem;padding:.5rem .25rem}}
#en:checked ~ * .zh, #zh:checked ~ * .en {{display:none}}
h1 {{font-size:1.75rem;line-height:1.2;margin:1rem 0 .25rem;overflow-wrap:anywhere}}
h2 {{font-size:1.125rem;margin:0;overflow-wrap:anywhere}}
p {{margin:.25rem 0}}
a {{color:var(--link)}}
audio {{display:block;width:100%;min-width:0;margin:.5rem 0}}
.facts, .number {{color:var(--muted);font-variant-numeric:tabular-nums}}
.card {{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem}}
.files a {{display:inline-block;margin-right:1rem;padding:.25rem 0}}
:focus-visible {{outline:3px solid var(--link);outline-offset:2px}}
@media print {{audio, main > input, label {{display:none}}}}""".strip()
