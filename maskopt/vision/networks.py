"""Networks whose training is over: built again from their description and a weights file."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from maskopt.errors import plural
from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.joins import read_join
from maskopt.vision.models import Model, build_model
from maskopt.vision.weights_file import misfit


def build_network(part: Part, label_space: LabelSpace, image_size: int, file: Path) -> Model:
    """Build a model, put its weights in, and set it to predict.

    Args:
        part: The backbone's timm name with the options that it was built with.
        label_space: Gives the heads.
        image_size: Height and width in pixels.
        file: safetensors, with every tensor of the model and no others.

    Raises:
        TrainingError: timm cannot build it, or the file is missing, broken or of another model.
    """
    given = _read(file)
    options = {name: value for name, value in part.parameters.items() if name != "weights"}
    model = build_model(
        Part(part.name, options),
        label_space,
        image_size=image_size,
        dropout=0.0,
        scratch=True,
        joins=[read_join(given, place, head) for place, head in enumerate(label_space.heads)],
    )
    wanted = model.state_dict()
    complaints = [misfit(wanted, given), _strangers(wanted, given)]
    if any(complaints):
        told = "; ".join(filter(None, complaints))
        raise TrainingError(f"{file}: not the weights of {part.name} with these heads: {told}")
    model.load_state_dict(given, strict=False)  # all were compared above
    return model.eval().requires_grad_(False)


def _read(file: Path) -> dict[str, Tensor]:
    if not file.is_file():
        raise TrainingError(f"{file}: no such weights file")
    try:
        return dict(load_file(file, device="cpu"))
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{file}: weights cannot be read ({error})") from error


def _strangers(wanted: dict[str, Tensor], given: dict[str, Tensor]) -> str:
    more = sorted(given.keys() - wanted.keys())
    return f"{plural(len(more), 'tensor')} too many ({', '.join(more[:3])})" if more else ""
