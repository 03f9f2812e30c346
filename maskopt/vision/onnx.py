"""A bundle's whole vote as one ONNX file, for machines without torch.

Letters of shapes: B photos of a batch, S height and width in pixels, C classes of an attribute.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from maskopt.catalog.views import WHOLE, Input
from maskopt.data.atomic import replacing
from maskopt.data.decode import PREPROCESSING
from maskopt.data.views import preprocessing
from maskopt.ensembles import Bundle
from maskopt.errors import BundleError, MaskoptError
from maskopt.vision.vote import Vote
from maskopt.vision.voting import build_voter

MOST_BYTES = 2_000_000_000  # of weights: one file of ONNX's format holds 2 GiB
_NEEDED = ("onnx", "onnxscript")
_INSIDE = (
    "All else is inside: normalisation, test-time augmentation, temperatures, the vote. "
    "Outputs: probabilities of each attribute's classes, [B, C]."
)


def check_exporter(_: object = None) -> None:
    """See that the packages are there that write ONNX; a job for a worker.

    Raises:
        MaskoptError: One is missing; the text says how to get it.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MaskoptError(
            f"writing ONNX needs {' and '.join(missing)}, not installed here; "
            "pip install 'maskopt[onnx]', or leave out --onnx"
        )


def write_onnx(payload: Mapping[str, Any]) -> str:
    """Write a bundle's whole vote as one ONNX file; a job for a worker.

    Its inputs are `image_<S>`, one an image size: RGB in 0..255, float32, [B, 3, S, S], B free;
    those of members that see something else than whole photos are `image_<S>_<view>`.
    Normalisation, test-time augmentation, temperatures, the mean of networks, marginals and the
    vote are inside. Its outputs are named as the attributes: probabilities, [B, C]. The file's
    metadata, `maskopt`, names the classes and says how a photo becomes an input.

    Args:
        payload: `folder`: the bundle's; `bundle`: what `Bundle.to_dict` gives; `file`: where to
            write.

    Returns:
        The file's path.

    Raises:
        MaskoptError: A package is missing.
        BundleError: The bundle cannot predict, is too large, or torch cannot write it.
    """
    check_exporter()
    folder, bundle = Path(payload["folder"]), Bundle.from_dict(payload["bundle"])
    vote = build_voter(bundle, folder, device="cpu").vote
    _check_size(vote)
    program = _export(vote)
    classes = {each.name: list(each.classes) for each in bundle.attributes}
    told = {"classes": classes, "preprocessing": _preprocessing(vote.inputs)}
    program.model.metadata_props["maskopt"] = json.dumps(told)
    with replacing(Path(payload["file"])) as beside:
        program.save(beside, external_data=False)
    return str(payload["file"])


def _preprocessing(inputs: Sequence[Input]) -> str:
    """Say how a photo becomes each input."""
    ways = [f"image_<S>: RGB in 0..255 as float32, [B, 3, S, S]: {PREPROCESSING}."]
    ways += [
        f"{each.name}: RGB in 0..255 as float32, [B, 3, {each.size}, {each.size}]: "
        f"{preprocessing(each.view)}; S is {each.size}."
        for each in inputs
        if each.view != WHOLE
    ]
    return " ".join([*ways, _INSIDE])


def _check_size(vote: Vote) -> None:
    found = sum(each.numel() * each.element_size() for each in vote.state_dict().values())
    if found > MOST_BYTES:
        raise BundleError(
            f"one ONNX file holds {MOST_BYTES / 1e9:.1f} GB of weights, and the members have "
            f"{found / 1e9:.1f} GB; export fewer members, or leave out --onnx"
        )


def _export(vote: Vote) -> Any:
    """Return torch's ONNX program of a vote, for batches of any size."""
    examples = tuple(torch.zeros(2, 3, each.size, each.size) for each in vote.inputs)
    batch = torch.export.Dim("batch")
    with warnings.catch_warnings(), torch.no_grad():
        # They speak of the exporter's and of timm's inner life, to who writes those.
        warnings.simplefilter("ignore")
        vote(*examples)  # fills what some backbones keep from their first look
        try:
            return torch.onnx.export(
                vote,
                examples,
                dynamo=True,
                input_names=[each.name for each in vote.inputs],
                output_names=[attribute.name for attribute in vote.attributes],
                dynamic_shapes=(tuple({0: batch} for _ in examples),),
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            reason = str(error.__cause__ or error).strip().partition("\n")[0]
            raise BundleError(
                f"torch {torch.__version__} cannot write this vote as ONNX ({reason}); leave out "
                "--onnx"
            ) from error
