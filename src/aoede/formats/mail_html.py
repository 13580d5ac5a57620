"""HTML of mails -> plain text, with ">" before the lines of quoted mails.

Not a parser of all HTML: what mail programs write, and whatever else comes without harm. It reads tags
itself, because Python's html.parser takes quadratic time for some that are never closed.
"""

import html
import re
from typing import NamedTuple

from aoede.formats.mail_signs import words_of

MAX_CHARACTERS = 1_000_000  # of the text
MAX_TAGS = 100_000  # what comes after them is not read
MAX_QUOTE_DEPTH = 20

OLDER_LINE = "-----Original Message-----"  # stands where a program marks what is below as an earlier mail
LINE_TAGS = words_of(
    "address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr html "
    "li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
RAW_TAGS = words_of("script style title template textarea select svg math object xml")  # no text of anybody
NESTED_TAGS = words_of(
    "blockquote div span section table td p pre"
)  # which may quote or hide what is in them

# Possessive throughout: what cannot match fails at once.
_NAME = r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30}+)"
_TAG = re.compile(_NAME + r"((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')|=)*+)>")
_NAME_ONLY = re.compile(_NAME)
_TAG_WITHOUT_QUOTES = re.compile(_NAME + "([^>]*+)>")
_NAMED = re.compile(r"(?:class|id|name)\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s>]++)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_SPACES = re.compile("[ \t\n\r\f]+")
_HUGE_NUMBER = re.compile(r"&#[0-9]{8,}+;?")  # which html.unescape cannot read
_QUOTES = words_of(
    "yahoo_quoted protonmail_quote moz-forward-container tutanota_quote zmail_extra isreplycontent quote "
    "olk_src_body_section outlookmessageheader"
)
_SOFT_QUOTES = words_of("gmail_quote gmail_quote_container")
_OLDER_MARKS = words_of("appendonsend divrplyfwdmsg mail-editor-reference-message-container")
_SIGNATURES = words_of(
    "gmail_signature moz-signature signature applemailsignature ms-outlook-mobile-signature "
    "protonmail_signature_block mail-editor-signature"
)


def text_of_html(page: str) -> str:
    """The text that a page of HTML shows, a line for each block; no more than MAX_CHARACTERS. Never fails.

    What is quoted has "> " before it, OLDER_LINE stands before earlier mails that are not quoted but marked, and
    signatures that are marked are left out. What is begun by a tag without end is left out.
    """
    out = _Lines()
    at = 0
    for _ in range(MAX_TAGS):
        start = page.find("<", at)
        out.add(page[at:] if start < 0 else page[at:start])
        if start < 0 or out.n_characters > MAX_CHARACTERS:
            break
        at = _past_markup(page, start, out)
    return out.text()


def _past_markup(page: str, start: int, out: "_Lines") -> int:
    """Obeys the tag, comment or lone "<" at `start`; returns where what follows it begins."""
    if page.startswith("<!--", start):
        return _after(page, "-->", start + 2)
    following = page[start + 1 : start + 2]
    if not (following.isalpha() or following in ("/", "!", "?")):
        out.add("<")
        return start + 1
    tag = out.tag.match(page, start)
    if not tag and out.tag is _TAG and _NAME_ONLY.match(page, start):
        # All of the page was looked through for its end. So that this happens once, quotes count no more.
        out.tag = _TAG_WITHOUT_QUOTES
        tag = out.tag.match(page, start)
    if not tag:
        return _after(page, ">", start)
    name = tag[2].lower()
    if name in RAW_TAGS and not tag[1] and not tag[3].endswith("/"):
        return _after(page, ">", _after(page, f"</{name}", tag.end()))
    if tag[1]:
        out.close(name)
    else:
        out.open(name, tag[3][:2_000])
    return tag.end()


def _after(page: str, what: str, at: int) -> int:
    """Past the next `what`, in any case of letters, or the end of the page where there is none."""
    if not what.strip("<!->"):
        found = page.find(what, at)
        return found + len(what) if found >= 0 else len(page)
    match = re.compile(re.escape(what), re.IGNORECASE).search(page, at)
    return match.end() if match else len(page)


class _Mark(NamedTuple):
    """What an open tag does to what is in it; `is_soft`: it quotes until a <blockquote> in it has ended."""

    is_quote: bool
    is_soft: bool
    is_hidden: bool
    is_paragraph: bool


class _Lines:
    """Gathers the text of a page in lines."""

    def __init__(self) -> None:
        self.lines, self.line = list[str](), list[str]()
        self.tag = _TAG
        self.n_characters = 0
        self.n_quoting = self.n_soft = self.n_hiding = self.n_pre = 0
        self.is_answer = False  # what is in a soft quote after a <blockquote>
        self.marks: dict[str, list[_Mark]] = {
            name: [] for name in NESTED_TAGS
        }  # of the open tags of each name

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines)[: 2 * MAX_CHARACTERS]

    def add(self, text: str) -> None:
        if not text or self.n_hiding:
            return
        if "&" in text:
            text = html.unescape(_HUGE_NUMBER.sub("\ufffd", text))
        self.n_characters += len(text)
        if self.n_pre:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self.end_line(is_forced=True)
                self.line.append(other)
            return
        text = _SPACES.sub(" ", text)
        if text[0] == " " and (not self.line or self.line[-1][-1:] == " "):
            text = text[1:]
        if text:
            self.line.append(text)

    def end_line(self, *, is_forced: bool = False) -> None:
        """Ends the line that is begun; `is_forced`: an empty one too."""
        if self.line or is_forced:
            text = "".join(self.line).replace("\xa0", " ").rstrip()
            self._put(text if self.n_pre else text.lstrip())

    def _put(self, text: str) -> None:
        self.line = []
        if self.n_characters <= MAX_CHARACTERS:
            depth = (
                self.n_quoting + self.n_soft
                if self.n_quoting
                else int(self.n_soft > 0 and not self.is_answer)
            )
            depth = min(depth, MAX_QUOTE_DEPTH)
            self.lines.append("> " * depth + text)
            self.n_characters += 2 * depth + 1

    def open(self, name: str, attributes: str) -> None:
        if name == "br":
            self.end_line(is_forced=True)
        elif name in ("td", "th"):
            self.add(" ")
        elif name in LINE_TAGS:
            self.end_line()
        if name == "li":
            self.add("- ")
        if name == "p" and self.marks["p"]:
            self._unmark("p")  # paragraphs are not within each other
        if name in NESTED_TAGS:
            self._mark(name, attributes)

    def _mark(self, name: str, attributes: str) -> None:
        names = {word.lower() for found in _NAMED.findall(attributes) for word in found.strip("\"'").split()}
        if names & _OLDER_MARKS:
            self.end_line()
            self._put(OLDER_LINE)
        is_quote = name == "blockquote" or bool(names & _QUOTES)
        is_soft = not is_quote and bool(names & _SOFT_QUOTES)
        is_hidden = bool(names & _SIGNATURES) or ("none" in attributes and bool(_HIDDEN.search(attributes)))
        is_paragraph = name == "p" and not any(
            word.startswith("mso") for word in names
        )  # Outlook's are lines
        if is_quote or is_soft or is_hidden:
            self.end_line()
        if is_paragraph:
            self._end_paragraph()
        self.n_quoting += is_quote
        self.n_soft += is_soft
        self.n_hiding += is_hidden
        self.n_pre += name == "pre"
        self.marks[name].append(_Mark(is_quote, is_soft, is_hidden, is_paragraph))

    def close(self, name: str) -> None:
        if name in LINE_TAGS and name not in ("td", "th"):
            self.end_line()
        if self.marks.get(name):
            self._unmark(name)

    def _unmark(self, name: str) -> None:
        mark = self.marks[name].pop()
        if mark.is_quote or mark.is_soft or mark.is_hidden:
            self.end_line()
        if mark.is_paragraph:
            self._end_paragraph()
        self.n_quoting -= mark.is_quote
        self.n_hiding -= mark.is_hidden
        self.n_pre -= name == "pre"
        self.n_soft -= mark.is_soft
        # Gmail leaves answers between quotes within its <div class="gmail_quote">.
        self.is_answer = self.n_soft > 0 and (self.is_answer or name == "blockquote")

    def _end_paragraph(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self._put("")
