import json
from pathlib import Path

import numpy as np
import pytest

from maskopt.votes.glimpse import Glimpse, is_whole, read_facts, read_glimpse, write_glimpse
from maskopt.votes.out_of_fold import HeldOut


def said(count: int, classes: int) -> np.ndarray:
    return np.log(np.random.default_rng(count).dirichlet(np.ones(classes), count)).astype("f4")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    nothing = np.empty((3, 0), np.float16)
    held_out = tuple(
        HeldOut(fold, np.array([fold, 5, 9]), {"none": (said(3, 2), said(3, 4))}, nothing)
        for fold in (1, 4)
    )
    stored = np.array([1, 9])
    glimpse = Glimpse(7, held_out, stored, (np.exp(said(2, 2))[None], np.exp(said(2, 4))[None]))
    write_glimpse(tmp_path, glimpse)
    assert [file.name for file in tmp_path.iterdir()] == ["best.npz"]
    found = read_glimpse(tmp_path)
    assert (found.epoch, found.stored.tolist()) == (7, [1, 9])
    assert all(map(np.array_equal, found.probabilities, glimpse.probabilities))
    assert [each.fold for each in found.held_out] == [1, 4]
    for one, two in zip(found.held_out, held_out, strict=True):
        assert one.rows.tolist() == two.rows.tolist()
        assert one.features.shape == (3, 0)
        pairs = zip(one.log_probabilities["none"], two.log_probabilities["none"], strict=True)
        assert all(np.array_equal(*pair) for pair in pairs)


def weights(header: object) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"tensors"


def test_the_facts_of_a_weights_file_are_read_without_its_weights(tmp_path: Path) -> None:
    file = tmp_path / "best.safetensors"
    file.write_bytes(weights({"__metadata__": {"maskopt": json.dumps({"epoch": 3})}}))
    assert read_facts(file) == {"epoch": 3}


@pytest.mark.parametrize(
    "content", [b"", b"abc", weights({}), weights([]), weights({"__metadata__": {}})]
)
def test_a_file_that_is_no_trials_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "best.safetensors"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"Expecting value|are no weights of a trial"):
        read_facts(file)


def test_weights_are_whole_to_the_byte_and_of_their_epoch(tmp_path: Path) -> None:
    file = tmp_path / "best.safetensors"
    tensors = {"head.bias": {"dtype": "U8", "shape": [7], "data_offsets": [0, 7]}}
    content = weights({"__metadata__": {"maskopt": json.dumps({"epoch": 3})}, **tensors})
    file.write_bytes(content)
    assert is_whole(file, 3)
    assert not is_whole(file, 2)
    for broken in (content[:-1], content + b" ", content[:30], b"", weights([]), weights({})):
        file.write_bytes(broken)
        assert not is_whole(file, 3)
    assert not is_whole(tmp_path / "missing.safetensors", 3)
