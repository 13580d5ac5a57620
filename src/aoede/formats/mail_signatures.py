"""What stands below what somebody wrote: signatures, greetings, notices of lawyers and lists.

Cut with care: where it is not plain that lines are a signature, they stay.
"""

from collections.abc import Sequence

from aoede.formats import mail_signs as signs

MAX_NAME_LINE = 60  # characters of a line of a signature
MAX_NAME_LINES = 6  # below a greeting
N_CLOSINGS = 3  # greetings below each other
MAX_BELOW_DASHES = 12  # lines below "--" that has lost its space
MAX_NOTICE_LINES = 60  # of a notice and what is below it
MAX_FOOTER_LINES = 15
N_NOTICE_LINES = 8  # in which a notice must show what it is
MAX_MARK = 100  # characters of a line that says by what a mail was sent
_RULE = frozenset("-_=*~ ")
_BEGIN_PGP, _END_PGP, _SIGNED_PGP = "-----BEGIN PGP", "-----END PGP", "-----BEGIN PGP SIGNED"


def unsigned(lines: Sequence[str]) -> list[str]:
    """The lines of one text without what is no part of it; in time linear in their number."""
    kept = [line for line in _without_keys(lines) if not _is_device_mark(line)]
    kept = kept[: _cut(kept)]
    kept = _without_end(kept)
    afterword = _afterword(kept)
    below, kept = kept[afterword:], kept[:afterword]
    return _without_closing(kept) + below


def _without_keys(lines: Sequence[str]) -> list[str]:
    """Without signatures and keys of PGP, and the lines that frame a signed text."""
    if not any(line.startswith(_BEGIN_PGP) for line in lines):
        return list(lines)
    kept, is_key, is_head = list[str](), False, False
    for line in lines:
        if line.startswith(_BEGIN_PGP):
            is_head = line.startswith(_SIGNED_PGP)
            is_key = not is_head
        elif line.startswith(_END_PGP):
            is_key = False
        elif is_head:
            is_head = bool(line.strip())
        elif not is_key:
            kept.append(line)
    return kept


def _is_device_mark(line: str) -> bool:
    """Whether a line says by what a mail was sent."""
    if len(line) > MAX_MARK:
        return False
    text = line.strip(" \t<>[]()*_-—.").lower()
    if signs.SENT_FROM.match(text):
        return len(text) <= MAX_NAME_LINE
    return text.startswith(signs.SENT_FROM_CHINESE) and len(text) <= MAX_NAME_LINE // 2


def _cut(lines: Sequence[str]) -> int:
    """The first line of a signature below "-- ", of a notice or of a list's footer; else the number of lines."""
    for i, line in enumerate(lines):
        n_below = len(lines) - i - 1
        stripped = line.strip()
        if line == "-- " or (stripped == "--" and n_below <= MAX_BELOW_DASHES):
            return i
        text = stripped.lstrip("-_=*~|> ").lower() if n_below <= MAX_NOTICE_LINES else ""
        if text and (
            _is_notice(lines, i, text) or (n_below <= MAX_FOOTER_LINES and text.startswith(signs.FOOTERS))
        ):
            return i
        if stripped.startswith("_" * 20) and n_below and "mailing list" in lines[i + 1][:MAX_MARK]:
            return i
    return len(lines)


def _is_notice(lines: Sequence[str], at: int, text: str) -> bool:
    """Whether a legal notice begins here, for which a beginning like one is not enough."""
    if signs.NOTICES.match(text):
        return True
    if not signs.NOTICE_BEGINS.match(text):
        return False
    window = "".join(line[:2_000].lower() for line in lines[at : at + N_NOTICE_LINES])
    return sum(word in window for word in signs.NOTICE_WORDS) >= 3


def _without_end(lines: list[str]) -> list[str]:
    """Without empty lines and rules at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or (len(lines[end - 1]) > 2 and set(lines[end - 1]) <= _RULE)):
        end -= 1
    return lines[:end]


def _afterword(lines: Sequence[str]) -> int:
    """Where "P.S." begins near the end; else the number of lines."""
    for i in range(len(lines) - 1, max(-1, len(lines) - 12), -1):
        if lines[i].strip().lower().startswith(signs.AFTERWORDS):
            return i
    return len(lines)


def _without_closing(lines: list[str]) -> list[str]:
    """Without a greeting at the end and the few short lines below it; thanks stay, without the name below them."""
    for _ in range(N_CLOSINGS):
        closing = _closing(lines)
        if closing == len(lines):
            break
        lines = _without_end(lines[:closing])
    return lines


def _closing(lines: Sequence[str]) -> int:
    """Where the greeting at the end begins, or the name below thanks; else the number of lines."""
    n_below, below = 0, len(lines)
    for i in reversed(range(len(lines))):
        text = lines[i].strip()
        if not text:
            continue
        greeting = text.rstrip(signs.CLOSING_ENDS).lower() if len(text) <= MAX_NAME_LINE else ""
        if signs.FORMAL_CLOSINGS.fullmatch(greeting):
            return i
        if signs.THANKS_CLOSINGS.fullmatch(greeting):
            return below if n_below and _is_name(lines[below].strip()) else len(lines)
        if n_below == MAX_NAME_LINES or not _is_of_signature(text):
            break
        below, n_below = i, n_below + 1
    return len(lines)


def _is_of_signature(text: str) -> bool:
    """Whether a line is short and no sentence."""
    if len(text) > MAX_NAME_LINE or text[-1] in "?!？！。…":
        return False
    return text[-1] != "." or len(text.split()) <= 3


def _is_name(text: str) -> bool:
    """Whether a line is like a name: a few words with capitals, or a Chinese name."""
    if all("\u4e00" <= c <= "\u9fff" for c in text):
        return 2 <= len(text) <= 3 and text[0] in signs.SURNAMES
    words = text.rstrip(".").split()
    return 1 <= len(words) <= 4 and all(word[0].isupper() and not word.isdecimal() for word in words)
