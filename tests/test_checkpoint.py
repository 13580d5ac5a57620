"""Checkpoints: one safetensors file, every change found, nothing executed."""

import json
import pickle
import random
import struct

import numpy as np
import pytest

from aoede.errors import InputError, MissingError, OutputError
from aoede.learning import checkpoint

TENSORS = {
    "weights": np.arange(12, dtype=np.float32).reshape(3, 4),
    "keys": np.array([1, 2**63, 2**64 - 1], dtype=np.uint64),
    "empty": np.zeros((0, 4), dtype=np.int32),
}
METADATA = {
    "family": "ngram",
    "config": {"order": 3},
    "provenance": {"data": ["和弦"], "sha256": "0" * 64, "note": 'a "quoted" word'},
}


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "a.safetensors"
    sha256 = checkpoint.save(path, TENSORS, METADATA)
    loaded = checkpoint.load(path)
    assert loaded.sha256 == sha256 == loaded.metadata["content_hash"]
    assert {k: loaded.metadata[k] for k in METADATA} == METADATA
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(loaded.tensors[name], tensor)
        assert loaded.tensors[name].dtype == tensor.dtype


def test_same_content_gives_same_bytes():
    shuffled = dict(reversed(TENSORS.items()))
    assert checkpoint.to_bytes(TENSORS, METADATA) == checkpoint.to_bytes(shuffled, METADATA)


def test_every_changed_bit_is_found():
    data = checkpoint.to_bytes(TENSORS, METADATA)
    for position in range(len(data) * 8):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(InputError):
            checkpoint.from_bytes(bytes(changed))


def test_every_truncation_and_addition_is_found():
    data = checkpoint.to_bytes(TENSORS, METADATA)
    for length in range(len(data)):
        with pytest.raises(InputError):
            checkpoint.from_bytes(data[:length])
    with pytest.raises(InputError, match="damaged"):
        checkpoint.from_bytes(data + b"\0")


def test_random_mutants_raise_nothing_else():
    data = checkpoint.to_bytes(TENSORS, METADATA)
    rng = random.Random(3)
    for _ in range(500):
        changed = bytearray(data)
        begin = rng.randrange(len(data))
        changed[begin : begin + rng.randrange(1, 40)] = rng.randbytes(rng.randrange(0, 40))
        if bytes(changed) != data:
            with pytest.raises(InputError):
                checkpoint.from_bytes(bytes(changed))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pickle.dumps({"weights": [1, 2]}), "pickle; it was not opened"),
        (b"PK\x03\x04" + bytes(40), "zip archive"),
        (b"", "damaged"),
        (struct.pack("<Q", 2**62) + b"{}", "damaged"),
        (struct.pack("<Q", 9 << 20) + bytes(10 << 20), "header is larger"),
        (struct.pack("<Q", 2) + b"{}", "not made by aoede"),
    ],
)
def test_other_files_are_refused_by_kind(data, message):
    with pytest.raises(InputError, match=message):
        checkpoint.from_bytes(data)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "模型 1.safetensors"
    path.write_bytes(b"PK nothing")
    with pytest.raises(InputError) as caught:
        checkpoint.load(path)
    assert caught.value.where == str(path)
    with pytest.raises(MissingError):
        checkpoint.load(tmp_path / "absent.safetensors")


def test_a_newer_layout_is_refused_with_text(monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT", 7)
    data = checkpoint.to_bytes(TENSORS, METADATA)
    monkeypatch.undo()
    with pytest.raises(InputError, match="newer aoede \\(layout 7"):
        checkpoint.from_bytes(data)


def test_weights_that_are_not_finite_are_refused_on_both_ways(monkeypatch):
    broken = {"weights": np.array([1.0, np.nan])}
    with pytest.raises(InputError, match="not all finite"):
        checkpoint.to_bytes(broken, {})
    check = checkpoint._check_tensor
    monkeypatch.setattr(checkpoint, "_check_tensor", lambda name, tensor: None)
    data = checkpoint.to_bytes(broken, {})
    monkeypatch.setattr(checkpoint, "_check_tensor", check)
    with pytest.raises(InputError, match="not all finite"):
        checkpoint.from_bytes(data)


def test_an_existing_file_is_not_replaced_unless_forced(tmp_path):
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, TENSORS, METADATA)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        checkpoint.save(path, TENSORS, {"family": "other"})
    assert path.read_bytes() == before
    checkpoint.save(path, TENSORS, {"family": "other"}, force=True)
    assert checkpoint.load(path).metadata["family"] == "other"


def test_the_file_is_plain_safetensors_with_one_json_entry(tmp_path):
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, TENSORS, METADATA)
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    assert set(header) == {"__metadata__", *TENSORS}
    assert json.loads(header["__metadata__"]["aoede"])["format"] == checkpoint.FORMAT


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(MissingError, match="there is no preset 'harmonie'"):
        checkpoint.load_preset("harmonie")


def test_loaded_weights_cannot_be_written():
    loaded = checkpoint.from_bytes(checkpoint.to_bytes(TENSORS, METADATA))
    with pytest.raises(ValueError, match="read-only"):
        loaded.tensors["weights"][0, 0] = 5


@pytest.mark.parametrize("first_bytes", [0x80, 0x4B50])
def test_a_header_whose_length_looks_like_a_pickle_or_a_zip_is_read_all_the_same(first_bytes: int) -> None:
    lengths = {}
    for n in range(0, 20_000, 8 if first_bytes > 255 else 1):
        data = checkpoint.to_bytes({"a": np.zeros(2)}, {"text": "x" * n})
        lengths[n] = data[:2]
        if int.from_bytes(data[:2], "little") == first_bytes or (
            first_bytes < 256 and data[0] == first_bytes
        ):
            assert checkpoint.from_bytes(data).metadata["text"] == "x" * n
            return
    raise AssertionError("no header of that length came up")
