"""What networks see, from a trial to a bundle."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maskopt.catalog.views import WHOLE, Input, View
from maskopt.data.decode import decode_image
from maskopt.data.photos import read_photos
from maskopt.data.stream import stream_photos
from maskopt.data.unlabelled import single_photos
from maskopt.data.views import is_processed, see_file
from maskopt.ensembles import Bundle, Ensemble, StoredPhoto
from maskopt.vision.fold_photos import open_judged, open_photos, split_photos
from maskopt.vision.trial import run
from maskopt.vision.voting import build_voter, predict_stored
from maskopt.votes.glimpse import read_facts

MIXED = {"view": "mixed", "view.mixed.view": "no_background", "view.mixed.originals": 2}


def rows(table, view):
    return np.stack([see_file(table.file(row), 32, view, "").pixels for row in range(len(table))])


def test_a_trial_trains_and_is_judged_on_what_its_view_shows(make_task, tmp_path, table) -> None:
    task = make_task(tmp_path, **{"view": "center", "view.center.size": 16})
    images = open_photos(task, table)
    wanted = rows(table, View.of("center", {"size": 16}))
    assert (images.training == wanted).all()
    assert (images.judged == wanted).all()
    assert (rows(table, WHOLE) != wanted).any()


def test_a_mixture_trains_on_processed_photos_too_and_is_judged_on_originals(
    make_task, tmp_path, table, label_space
) -> None:
    task = make_task(tmp_path, **MIXED)
    images, whole = open_photos(task, table), rows(table, WHOLE)
    cut = rows(table, View.of("no_background"))
    processed = np.array([is_processed(str(path), 2) for path in table.paths])
    assert 0 < processed.sum() < len(table)
    assert (images.training == np.where(processed[:, None, None, None], cut, whole)).all()
    assert (images.judged == whole).all()
    assert (open_judged(task, table) == whole).all()
    train, valid = split_photos(images, table, label_space, 0)
    assert (train.images is images.training, valid.images is images.judged) == (True, True)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({}, WHOLE),
        ({"view": "center", "view.center.size": 20}, View.of("center", {"size": 20})),
        (MIXED, WHOLE),
    ],
    ids=["none", "center", "mixed"],
)
def test_weights_tell_what_their_networks_see_in_use(make_task, tmp_path, given, seen) -> None:
    task = make_task(tmp_path, epochs=1, **given)
    list(run(task))
    facts = read_facts(tmp_path / "best.safetensors")
    assert View.from_dict(facts["view"]) == seen
    assert read_photos(task.setup.photos_table).paths[0] == "000.png"


def test_a_bundle_predicts_a_centre_as_it_predicts_photos_that_are_cropped_by_hand(
    bundle, tmp_path, table
) -> None:
    """The middle 16 of 32 pixels are rows and columns 8 to 24."""
    view = View.of("center", {"size": 16})
    one, two, three = bundle.members
    made = replace(bundle, members=(replace(one, view=view), two, three))
    read = Bundle.from_dict(made.to_dict())
    voter = build_voter(read, tmp_path, device="cpu")
    assert voter.inputs == (Input(32, view), Input(48))
    photos = single_photos([table.file(row) for row in range(6)])
    (batch,) = stream_photos(photos, voter.inputs, 6)
    whole = np.stack([see_file(photos.file(row), 32, WHOLE, "").pixels for row in range(6)])
    by_hand = np.repeat(np.repeat(whole[:, 8:24, 8:24], 2, axis=1), 2, axis=2)
    plain = build_voter(bundle, tmp_path, device="cpu")
    large = batch.pixels[Input(48)]
    assert np.abs(batch.pixels[Input(32, view)].astype(int) - by_hand).mean() < 30  # interpolated
    cropped = {Input(32): batch.pixels[Input(32, view)], Input(48): large}
    said, wanted = voter(batch.pixels).probabilities, plain(cropped).probabilities
    for name, each in wanted.items():
        assert np.abs(said[name] - each).max() < 1e-6
        uncropped = plain({Input(32): whole, Input(48): large}).probabilities[name]
        assert np.abs(said[name] - uncropped).max() > 1e-4


def test_members_of_one_size_and_two_views_have_an_input_each(bundle, tmp_path, table) -> None:
    one, two, three = bundle.members
    made = replace(
        bundle,
        members=(one, two, replace(three, view=View.of("no_background"))),
        ensembles=(Ensemble(("mask",), {0: 1.0}), Ensemble(("age",), {0: 0.5, 2: 0.5})),
    )
    names = [each.name for each in build_voter(made, tmp_path, device="cpu").inputs]
    assert names == ["image_32", "image_32_no_background"]


def test_stored_photos_are_seen_by_each_members_view(bundle, tmp_path, table) -> None:
    view = View.of("center", {"size": 16})
    content = Path(table.file(7)).read_bytes()
    (tmp_path / "a.png").write_bytes(content)
    members = tuple(replace(each, view=view) for each in bundle.members)
    made = replace(bundle, members=members, photos=(StoredPhoto("a.png", {}),))
    said = predict_stored({"folder": str(tmp_path), "bundle": made.to_dict()})["probabilities"]
    voter = build_voter(made, tmp_path)
    pixels = {each: see_file(tmp_path / "a.png", *each, "")[0][None] for each in voter.inputs}
    wanted = voter(pixels).probabilities
    assert {name: each.tolist() for name, each in wanted.items()} == said
    assert (pixels[Input(32, view)][0] != decode_image(content, 32)).any()
