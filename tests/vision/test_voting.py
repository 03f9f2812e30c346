"""What tiny networks with random heads say of 7 photos is worked out again in numpy."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from maskopt.catalog.views import Input
from maskopt.data.decode import read_image
from maskopt.ensembles import Bundle, Ensemble, StoredPhoto
from maskopt.errors import BundleError
from maskopt.space import Part
from maskopt.vision.models import build_model
from maskopt.vision.voting import build_voter, predict_stored


def with_members(bundle: Bundle, **changes: object) -> Bundle:
    return replace(bundle, members=tuple(replace(each, **changes) for each in bundle.members))


def by_hand(bundle: Bundle, folder: Path, place: int, pixels: dict[Input, np.ndarray]) -> list:
    """Probabilities of each head by each network, without views: [K, B, C] a head, in numpy."""
    member, said = bundle.members[place], []
    images = pixels[member.input].transpose(0, 3, 1, 2).astype(np.float32)
    for file in member.weights:
        part = Part(member.backbone)
        model = build_model(
            part, member.label_space, image_size=member.image_size, dropout=0.0, scratch=True
        )
        model.load_state_dict(load_file(folder / file))
        with torch.no_grad():
            logits = model.eval()(torch.from_numpy((images / 255 - 0.5) / 0.5))
        said.append([torch.softmax(each, dim=1).numpy() for each in logits])
    return [np.stack(each) for each in zip(*said, strict=True)]


def test_members_vote_by_attribute_with_their_shares(bundle, tmp_path, photos) -> None:
    pixels = photos()
    voted = build_voter(bundle, tmp_path, device="cpu")(pixels)
    (joint,) = by_hand(bundle, tmp_path, 0, pixels)
    masks, ages = by_hand(bundle, tmp_path, 1, pixels)
    apart = joint.mean(axis=0).reshape(7, 2, 3)  # mask x age, age fastest
    wanted = {
        "age": 0.6 * apart.sum(axis=1) + 0.4 * ages.mean(axis=0),
        "mask": 0.25 * apart.sum(axis=2) + 0.75 * masks.mean(axis=0),
    }
    assert list(voted.probabilities) == ["age", "mask"]
    for name, probabilities in wanted.items():
        assert voted.probabilities[name].dtype == np.float32
        assert np.abs(voted.probabilities[name] - probabilities).max() < 1e-5
        assert np.ptp(probabilities, axis=0).max() > 0.01  # photos differ
    assert (voted.by_fold, voted.features) == ({}, {})


def test_a_temperature_flattens_each_networks_probabilities_before_they_are_averaged(
    bundle, tmp_path, photos
) -> None:
    members = (*bundle.members[:1], replace(bundle.members[1], temperatures=(1.0, 2.5)))
    warm = replace(bundle, members=members, ensembles=(Ensemble(("mask", "age"), {1: 1.0}),))
    pixels = photos()
    voted = build_voter(warm, tmp_path, device="cpu")(pixels)
    masks, ages = by_hand(bundle, tmp_path, 1, pixels)
    flat = ages ** (1 / 2.5)
    flat /= flat.sum(axis=2, keepdims=True)
    assert np.abs(voted.probabilities["age"] - flat.mean(axis=0)).max() < 1e-5
    assert np.abs(voted.probabilities["mask"] - masks.mean(axis=0)).max() < 1e-5


def test_the_kth_networks_vote_together_where_details_are_asked_for(
    bundle, tmp_path, photos
) -> None:
    pixels = photos()
    voted = build_voter(bundle, tmp_path, device="cpu", details=True)(pixels)
    (joint,), (_, ages) = (by_hand(bundle, tmp_path, place, pixels) for place in (0, 1))
    wanted = 0.6 * joint.reshape(2, 7, 2, 3).sum(axis=2) + 0.4 * ages[:2]
    assert np.abs(voted.by_fold["age"] - wanted).max() < 1e-5
    assert voted.features["age"].shape == (2, 7, 96)  # of test_resnet, which has the larger share
    assert voted.features["mask"].shape == (2, 7, 256)  # of test_efficientnet
    assert not np.array_equal(voted.features["age"][0], voted.features["age"][1])


def test_a_member_with_a_single_network_leaves_no_votes_by_fold(bundle, tmp_path, photos) -> None:
    single = replace(bundle, ensembles=(bundle.ensembles[0], Ensemble(("age",), {0: 0.5, 2: 0.5})))
    voted = build_voter(single, tmp_path, device="cpu", details=True)(photos())
    assert (list(voted.by_fold), list(voted.features)) == (["mask"], ["mask"])


def test_a_network_runs_once_however_many_ensembles_use_it(bundle, tmp_path, photos) -> None:
    voter = build_voter(bundle, tmp_path, device="cpu")
    calls = []
    for member in voter.vote.members.values():
        for network in member.networks:
            whole = network.features
            network.features = lambda images, whole=whole: (calls.append(1), whole(images))[1]
    voter(photos())
    assert len(calls) == 2 + 3  # the third member has no share: it is not even built
    assert sorted(voter.vote.members) == [0, 1]


@pytest.mark.parametrize("views", ["none", "hflip", "hflip+crops"])
def test_a_photo_gets_the_same_whatever_stands_beside_it(bundle, tmp_path, views, photos) -> None:
    voter = build_voter(with_members(bundle, views=views), tmp_path, device="cpu", details=True)
    pixels = photos(70)
    whole = voter(pixels)
    alone = voter({size: each[66:67] for size, each in pixels.items()})
    for name in ("age", "mask"):
        assert np.abs(whole.probabilities[name][66:67] - alone.probabilities[name]).max() < 1e-5
        assert np.abs(whole.by_fold[name][:, 66:67] - alone.by_fold[name]).max() < 1e-5
        assert np.abs(whole.probabilities[name].sum(axis=1) - 1).max() < 1e-5


def test_no_photos_get_arrays_without_rows(bundle, tmp_path, photos) -> None:
    voted = build_voter(bundle, tmp_path, device="cpu", details=True)(photos(0))
    assert voted.probabilities["age"].shape == (0, 3)
    assert voted.by_fold["mask"].shape == (2, 0, 2)


def test_a_mirrored_photo_gets_the_same_by_hflip(bundle, tmp_path, photos) -> None:
    voter = build_voter(with_members(bundle, views="hflip"), tmp_path, device="cpu")
    pixels = photos()
    mirrored = voter({size: each[:, :, ::-1] for size, each in pixels.items()})
    said = voter(pixels)
    plain = build_voter(bundle, tmp_path, device="cpu")(pixels)
    for name in ("age", "mask"):
        assert np.abs(said.probabilities[name] - mirrored.probabilities[name]).max() < 1e-5
        assert np.abs(said.probabilities[name] - plain.probabilities[name]).max() > 1e-4


def test_pixels_that_may_not_be_written_are_taken(bundle, tmp_path, photos) -> None:
    pixels = photos()
    for each in pixels.values():
        each.setflags(write=False)
    assert build_voter(bundle, tmp_path, device="cpu")(pixels).probabilities["age"].shape == (7, 3)


def test_a_job_predicts_the_stored_photos(bundle, tmp_path, photos) -> None:
    pixels = photos(3, (48,))[Input(48)]
    for place, each in enumerate(pixels):
        Image.fromarray(each).save(tmp_path / f"{place}.png")
    stored = replace(bundle, photos=tuple(StoredPhoto(f"{place}.png", {}) for place in range(3)))
    said = predict_stored({"folder": str(tmp_path), "bundle": stored.to_dict()})
    sizes = {
        Input(48): pixels,
        Input(32): np.stack([read_image(tmp_path / f"{n}.png", 32) for n in range(3)]),
    }
    wanted = build_voter(bundle, tmp_path)(sizes).probabilities
    assert {name: each.tolist() for name, each in wanted.items()} == said["probabilities"]
    assert said["versions"]["torch"] == version("torch")
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(BundleError) as raised:
        predict_stored({"folder": str(tmp_path), "bundle": stored.to_dict()})
    assert str(raised.value) == f"{tmp_path}/1.png: a stored photo cannot be read (is empty)"


def test_a_missing_size_is_told(bundle, tmp_path, photos) -> None:
    with pytest.raises(ValueError, match="must have the shapes") as raised:
        build_voter(bundle, tmp_path, device="cpu")(photos(2, (32,)))
    assert str(raised.value) == (
        "pixels by input must have the shapes {'image_32': (2, 32, 32, 3), "
        "'image_48': (2, 48, 48, 3)}, got {'image_32': (2, 32, 32, 3), 'image_48': None}"
    )


def _halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def test_all_weights_that_do_not_fit_are_told_at_once(bundle, tmp_path, make_network) -> None:
    folder = tmp_path / "members"
    save_file({**load_file(folder / "0-1.safetensors"), "more": torch.zeros(1)},
              folder / "0-1.safetensors")  # fmt: skip
    make_network(
        folder / "1-2.safetensors", "test_efficientnet", bundle.members[2].label_space, 48, 0
    )
    with pytest.raises(BundleError) as raised:
        build_voter(bundle, tmp_path, device="cpu")
    assert str(raised.value).splitlines() == [
        f"member study/0: {folder}/0-1.safetensors: not the weights of test_resnet with these "
        "heads: 1 tensor too many (more)",
        f"member study/1: {folder}/1-2.safetensors: not the weights of test_efficientnet with "
        "these heads: 2 of 90 tensors are missing (heads.1.weight, heads.1.bias); 2 have another "
        "shape (heads.0.weight is [3, 256], not [2, 256], heads.0.bias is [3], not [2])",
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, "no such weights file"),
        (_halve, "weights cannot be read"),
    ],
    ids=["missing", "halved"],
)
def test_weights_that_cannot_be_read_are_told(bundle, tmp_path, damage, message) -> None:
    file = tmp_path / "members/0-0.safetensors"
    damage(file)
    with pytest.raises(BundleError) as raised:
        build_voter(bundle, tmp_path, device="cpu")
    assert str(raised.value).startswith(f"member study/0: {file}: {message}")


def test_members_that_cannot_vote_as_they_should_are_told_at_once(bundle, tmp_path) -> None:
    members = (
        replace(bundle.members[0], temperatures=(1.0, 1.0)),
        replace(bundle.members[1], views="hflop"),
        bundle.members[2],
    )
    broken = replace(bundle, members=members, ensembles=(Ensemble(("mask",), {2: 1.0}),))
    with pytest.raises(BundleError) as raised:
        build_voter(broken, tmp_path, device="cpu")
    assert str(raised.value).splitlines() == [
        "member study/0: 2 temperatures for 1 head",
        "member study/1: no test-time augmentation 'hflop'; did you mean 'hflip'?",
        "no ensemble votes on age",
        "member study/2 does not know mask with these classes",
    ]
