"""Text in the encodings that people really have."""

from aoede.errors import InputError


def decode(data: bytes, *, where: str = "") -> str:
    """`data` as text: UTF-16 where it begins with that mark, else UTF-8 with or without one, else GB 18030.

    Raises InputError for bytes that are none of these, naming the first one that does not fit.
    """
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    first_fault = -1
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            first_fault = error.start if first_fault < 0 else first_fault
    raise InputError(
        f"text neither in UTF-16, UTF-8 nor GB18030 (byte {first_fault})",
        where=where,
        hint="Write it in UTF-8.",
    )
