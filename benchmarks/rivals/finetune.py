"""A plain fine-tune: `python -m rivals.finetune --train CSV --aside CSV --out CSV ...`.

One timm network, AdamW, one-cycle, flip and brightness, label smoothing, the last epoch's weights,
flip at test time. The tables have a column `path`, that of training `target` too; the answers have
`path` and `predicted`. Prints JSON: seconds of predicting.

Letters of shapes: B photos of a batch, S height and width in pixels, C classes, N photos.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path

import timm
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from rivals.dataset import PhotoRows, Triple
from rivals.loading import make_loader

LABEL_SMOOTHING = 0.05
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def main() -> None:
    """Train, predict and write."""
    chosen = _read_options()
    torch.manual_seed(chosen.seed)
    train, aside = read_rows(chosen.train), read_rows(chosen.aside)
    classes = max(target for _, target in train) + 1
    network = build_network(chosen, classes)
    mean, std = _normalisation(chosen, network)
    fit(network, PhotoRows(train, chosen.image_size, mean, std, augmented=True), chosen)
    began = time.perf_counter()
    photos = PhotoRows(aside, chosen.image_size, mean, std, augmented=False)
    predicted = predict(network, photos, chosen).tolist()
    with chosen.out.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("path", "predicted"))
        table.writerows(zip((path for path, _ in aside), predicted, strict=True))
    print(json.dumps({"predict_seconds": time.perf_counter() - began}))


def read_rows(file: Path) -> list[tuple[str, int]]:
    """Return paths and class ids; 0 where a table tells none."""
    with file.open(newline="") as stream:
        return [(row["path"], int(row.get("target", 0))) for row in csv.DictReader(stream)]


def build_network(chosen: argparse.Namespace, classes: int) -> nn.Module:
    """Return a timm network with trained weights, unless `--scratch`; its head may start at 0."""
    overlay = None if chosen.weights is None else {"file": str(chosen.weights)}
    network: nn.Module = timm.create_model(
        chosen.backbone,
        pretrained=not chosen.scratch,
        pretrained_cfg_overlay=overlay,
        num_classes=classes,
        **({} if chosen.pad_type is None else {"pad_type": chosen.pad_type}),
    )
    if chosen.head == "zero":
        for parameter in network.get_classifier().parameters():  # type: ignore[operator]
            nn.init.zeros_(parameter)
    return network.to(DEVICE)


def fit(network: nn.Module, photos: PhotoRows, chosen: argparse.Namespace) -> None:
    """Train all epochs."""
    loader = make_loader(photos, chosen.batch_size, chosen.workers, training=True)
    optimizer = AdamW(network.parameters(), lr=chosen.lr)
    schedule = OneCycleLR(optimizer, chosen.lr, total_steps=chosen.epochs * len(loader))
    network.train()
    for _ in range(chosen.epochs):
        for images, targets in loader:
            logits = network(images.to(DEVICE))
            loss = cross_entropy(logits, targets.to(DEVICE), label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()


@torch.inference_mode()
def predict(network: nn.Module, photos: PhotoRows, chosen: argparse.Namespace) -> Tensor:
    """Return class ids, [N]: the mean over each photo and its mirror image."""
    network.eval()
    found = []
    for images, _ in make_loader(photos, chosen.batch_size, chosen.workers, training=False):
        away = images.to(DEVICE)  # [B, 3, S, S]
        views = [network(view).softmax(dim=1) for view in (away, away.flip(3))]  # [B, C] each
        found.append(sum(views[1:], views[0]).argmax(dim=1).cpu())
    return torch.cat(found)


def _normalisation(chosen: argparse.Namespace, network: nn.Module) -> tuple[Triple, Triple]:
    config = network.pretrained_cfg
    assert isinstance(config, dict)
    return tuple(chosen.mean or config["mean"]), tuple(chosen.std or config["std"])


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("--train", "--aside", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--backbone", required=True)
    parser.add_argument("--weights", type=Path, help="a local file instead of timm's")
    parser.add_argument("--scratch", action="store_true", help="no trained weights")
    parser.add_argument("--pad-type")
    for name in ("--mean", "--std"):
        parser.add_argument(name, type=float, nargs=3, help="by channel, of pixels in [0, 1]")
    parser.add_argument("--head", choices=["zero", "timm"], default="zero")
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
