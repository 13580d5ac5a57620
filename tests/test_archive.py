"""Archives of piano rolls: what is in them, and what is not taken for one."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from aoede.errors import InputError
from aoede.formats import archive
from aoede.randomness import stream


def _bytes(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_pieces_come_back_as_they_were_silent_ones_too() -> None:
    rng = stream(1, "archive")
    pieces = [(rng.random((n, 88)) < 0.05).astype(np.uint8) for n in (3, 1, 7)]
    pieces.append(np.zeros((2, 88), np.uint8))
    found = archive.from_bytes(archive.to_bytes(pieces), where="x.npz")
    assert [len(piece) for piece in found] == [3, 1, 7, 2]
    assert all(np.array_equal(one, two) for one, two in zip(pieces, found, strict=True))
    assert archive.from_bytes(archive.to_bytes([]), where="x.npz") == []


FRAMES, LENGTHS = np.zeros((4, 88), np.uint8), np.array([1, 3], np.int32)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no archive of piano rolls"),
        (b"PK\x03\x04 but no more", "no archive of piano rolls"),
        (_bytes(frames=FRAMES), "no archive of piano rolls"),
        (_bytes(frames=FRAMES.astype(object), lengths=LENGTHS), "no archive of piano rolls"),
        (_bytes(frames=FRAMES[:, :87], lengths=LENGTHS), "rows of 88 bits"),
        (_bytes(frames=FRAMES.astype(float), lengths=LENGTHS), "rows of 88 bits"),
        (_bytes(frames=FRAMES + 2, lengths=LENGTHS), "zeros and ones"),
        (_bytes(frames=FRAMES.astype(np.int64) + 256, lengths=LENGTHS), "zeros and ones"),
        (_bytes(frames=FRAMES, lengths=np.array([1, 2])), "add up to 3, but there are 4"),
        (_bytes(frames=FRAMES, lengths=np.array([4, 0])), "whole numbers from 1"),
        (_bytes(frames=FRAMES, lengths=np.array([5, -1])), "whole numbers from 1"),
        (_bytes(frames=FRAMES, lengths=np.array([2**63, 2**63 + 4], np.uint64)), "add up to|whole numbers"),
        (_bytes(frames=FRAMES, lengths=np.array([[4]])), "whole numbers from 1"),
    ],
)
def test_what_is_no_archive_is_refused_in_a_sentence(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        archive.from_bytes(data, where="songs.npz")
    assert caught.value.where == "songs.npz"


def test_an_archive_that_is_larger_unpacked_than_allowed_is_not_unpacked() -> None:
    data = _bytes(frames=np.zeros((50_000, 88), np.uint8), lengths=np.array([50_000]))
    assert len(data) < 20_000
    with pytest.raises(InputError, match="more than 1,000,000"):
        archive.from_bytes(data, where="bomb.npz", max_bytes=1_000_000)


def test_a_size_that_the_archive_lies_about_is_no_way_in() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("frames.npy", b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + (
            b"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 88), }".ljust(117) + b"\n"
        ))  # fmt: skip
        made.writestr("lengths.npy", b"")
    with pytest.raises(InputError, match="no archive"):
        archive.from_bytes(file.getvalue(), where="bomb.npz")
