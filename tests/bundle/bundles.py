"""Small bundles to write, read and break."""

import json
from dataclasses import replace

import numpy as np

from maskopt.bundle import seal, staging, store_photo, write_card
from maskopt.bundle.document import digest_of
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.labels import Attribute, Head, LabelSpace

AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))
MASK = Attribute("mask", ("wear", "incorrect", "not_wear"))


def member(trial, *attributes, weights, **changed):
    heads = tuple(Head((attribute,)) for attribute in attributes)
    plain = Member(
        study="+".join(attribute.name for attribute in attributes),
        trial=trial,
        label_space=LabelSpace(heads),
        backbone="test_resnet.r160_in1k",
        options={"pad_type": "same", "sizes": (1, 2)},
        image_size=64,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        weights=weights,
        config={"lr": 0.001, "loss": "focal", "loss.focal.gamma": 2.0, "milestones": (1, (2, 3))},
        temperatures=tuple(1.25 for _ in attributes),
    )
    return replace(plain, **changed)


def small_bundle(made="2026-01-02T03:04:05+00:00"):
    return Bundle(
        attributes=(MASK, AGE),
        members=(
            member(3, AGE, weights=("members/age-3-0.safetensors", "members/age-3-1.safetensors")),
            member(8, AGE, MASK, weights=("members/both-8.safetensors",), views="hflip"),
        ),
        ensembles=(Ensemble(("age",), {0: 0.75, 1: 0.25}), Ensemble(("mask",), {1: 1.0})),
        priors={"age": (0.5, 0.25, 0.25), "mask": (0.7, 0.1, 0.2)},
        photos=(
            StoredPhoto("photos/00.png", {"age": (0.1, 0.2, 0.7), "mask": (1.0, 0.0, 0.0)}),
            StoredPhoto("photos/01.png", {"age": (0.3, 0.3, 0.4), "mask": (0.0, 0.5, 0.5)}),
        ),
        facts={"made": made, "notes": ["a small one"]},
    )


EVIDENCE = {
    "probabilities/age": np.full((4, 3), 1 / 3, dtype=np.float32),
    "targets/age": np.arange(4) % 3,
    "groups": np.array(["a", "a", "b", "b"]),
}


def fill(folder, bundle, evidence=EVIDENCE):
    """Put a bundle's files into a folder and seal it; weights tell the bundle's `made`."""
    (folder / "members").mkdir()
    for path in (path for each in bundle.members for path in each.weights):
        (folder / path).write_bytes(f"{path} {bundle.facts.get('made')}".encode() * 50)
    for place, photo in enumerate(bundle.photos):
        store_photo(np.full((8, 8, 3), place, dtype=np.uint8), folder / photo.file)
    write_card(folder, bundle)
    seal(folder, bundle, evidence)


def write_bundle(place, bundle=None):
    """Write a whole bundle to its place and return it."""
    bundle = bundle or small_bundle()
    with staging(place) as folder:
        fill(folder, bundle)
    return bundle


def change(place, edit):
    """Edit `bundle.json` as somebody would who knows how it is sealed."""
    document = json.loads((place / "bundle.json").read_text())
    edit(document)
    document["digest"] = digest_of(document)
    (place / "bundle.json").write_text(json.dumps(document))
