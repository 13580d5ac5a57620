"""What every command prints with."""


def printable(text: str) -> str:
    """`text` without the control characters by which a file name or title could rewrite the terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in text)
