"""What an option of `backbone` may carry; its name is any of timm's."""

from __future__ import annotations

from maskopt.catalog import Parameter

BACKBONE_PARAMETERS = {
    "weights": Parameter(
        "path", None, optional=True, help="a local weights file (safetensors or pth)"
    ),
    "pad_type": Parameter(
        "text", None, names=("same",), optional=True, help="TensorFlow's padding"
    ),
    "mean": Parameter(
        "numbers", None, 0.0, 1.0, optional=True, help="what is subtracted from pixels in [0, 1]"
    ),
    "std": Parameter(
        "numbers", None, 1e-3, 10.0, optional=True, help="what pixels are divided by then"
    ),
    "drop_path_rate": Parameter("number", None, 0.0, 0.9, optional=True, help="stochastic depth"),
}
