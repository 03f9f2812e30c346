"""Where the trained weights of backbones are found.

They come from a local file, else from the caches of timm, else by a download. A trial only
downloads what `find_weights` did not find on another machine.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlparse

import timm
import torch
from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError
from huggingface_hub.utils.tqdm import disable_progress_bars
from timm.models._hub import get_cache_dir

from maskopt.vision.backbones import build_backbone, check_name, is_made_for_a_size
from maskopt.vision.failures import TrainingError
from maskopt.vision.weights_file import load_weights

REACH_SECONDS = 3.0
_HUB_FILES = ("model.safetensors", "pytorch_model.bin")


def find_weights(payload: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """Find, or download, the trained weights of backbones; done once before a study's trials.

    Args:
        payload: `backbones`: a list of `{"name", "weights", "options"}`, weights being a local
            file or none, options what timm's constructor is given besides; a backbone may stand
            there with several files; `pretrained`: `auto`, `require`, or `none`, which looks for
            nothing; `sizes`: all image sizes, which weights of a backbone that is made for one
            must fit.

    Returns:
        By name: `source` (`file ...`, `timm's cache`, `download`; none where there are no
        weights), `reason` (why there are none) and `error` (a mistake that would fail every
        trial with this backbone: an unknown name, a file that is missing or of another one), none
        where all is well.
    """
    wanted = payload["pretrained"] != "none"
    found: dict[str, dict[str, str | None]] = {}
    for each in payload["backbones"]:
        name, facts = each["name"], _find(each, wanted, payload.get("sizes", ()))
        if name not in found or facts["error"]:
            found[name] = facts
    return found


def _find(
    backbone: Mapping[str, Any], wanted: bool, sizes: Sequence[int]
) -> dict[str, str | None]:
    name, file = backbone["name"], backbone["weights"]
    mistake = _mistake(name, file if wanted else None, backbone.get("options", {}), sizes)
    if mistake:
        return {"source": None, "reason": mistake, "error": mistake}
    if not wanted:
        return {"source": None, "reason": "`pretrained: none`", "error": None}
    if file:
        return {"source": f"file {file}", "reason": None, "error": None}
    if cached_weights(name):
        return {"source": "timm's cache", "reason": None, "error": None}
    try:
        fetch_weights(name)
    except TrainingError as error:
        return {"source": None, "reason": str(error), "error": None}
    return {"source": "download", "reason": None, "error": None}


def _mistake(
    name: str, file: str | None, options: Mapping[str, Any], sizes: Sequence[int]
) -> str | None:
    try:
        check_name(name)
        if file:
            _look_into(name, Path(file), options, sizes)
    except TrainingError as error:
        return str(error)
    return None


def _look_into(name: str, file: Path, options: Mapping[str, Any], sizes: Sequence[int]) -> None:
    if file.is_file() and is_made_for_a_size(name):  # its tensors follow the image size
        for size in sizes:
            load_weights(build_backbone(name, size, options), file)
        return
    load_weights(timm.create_model(name, num_classes=0, **options), file)


def cached_weights(name: str) -> Path | None:
    """Return the weights file of a backbone in the caches of timm, without any network."""
    config = timm.get_pretrained_cfg(name)
    if config is None:
        return None
    if config.hf_hub_id:
        repository, revision = _repository(config)
        for file in _hub_files(config):
            found = try_to_load_from_cache(repository, file, revision=revision)
            if isinstance(found, str):
                return Path(found)
    if config.url:
        kept = _kept_file(str(config.url))
        return kept if kept.is_file() else None
    return None


def fetch_weights(name: str) -> Path:
    """Download the weights file of a backbone, or say within seconds why that cannot be.

    Raises:
        TrainingError: There are none, or they cannot be had now.
    """
    config = timm.get_pretrained_cfg(name)
    if config is None or not (config.hf_hub_id or config.url):
        raise TrainingError("timm has no weights for it")
    hub = bool(config.hf_hub_id)
    place = constants.ENDPOINT if hub else str(config.url)
    if hub and constants.HF_HUB_OFFLINE:
        raise TrainingError("HF_HUB_OFFLINE forbids a download, and they are not in timm's cache")
    if not _can_reach(place):
        raise TrainingError(f"{urlparse(place).hostname} cannot be reached")
    try:
        return _download_from_hub(config) if hub else _download(str(config.url))
    except OSError as error:  # what a network does: huggingface_hub's and urllib's errors are such
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(f"the download failed: {reason}") from error


def _download_from_hub(config: Any) -> Path:
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    disable_progress_bars()
    repository, revision = _repository(config)
    *first, last = _hub_files(config)
    for file in first:
        try:
            return Path(hf_hub_download(repository, file, revision=revision))
        except EntryNotFoundError:
            continue
    return Path(hf_hub_download(repository, last, revision=revision))


def _download(url: str) -> Path:
    file = _kept_file(url)
    torch.hub.download_url_to_file(url, str(file), progress=False)
    return file


def _kept_file(url: str) -> Path:
    return Path(get_cache_dir()) / Path(urlparse(url).path).name


def _repository(config: Any) -> tuple[str, str | None]:
    repository, _, revision = str(config.hf_hub_id).partition("@")
    return repository, revision or None


def _hub_files(config: Any) -> tuple[str, ...]:
    return (config.hf_hub_filename,) if config.hf_hub_filename else _HUB_FILES


def _can_reach(url: str) -> bool:
    """Tell whether a host answers within seconds; asking a name server knows no such limit."""
    if any(os.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY", "all_proxy")):
        return True  # a proxy asks the name server
    parts = urlparse(url)
    reached: list[bool] = []

    def connect() -> None:
        port = parts.port or (80 if parts.scheme == "http" else 443)
        try:
            socket.create_connection((parts.hostname or "", port), REACH_SECONDS).close()
        except OSError:
            return
        reached.append(True)

    thread = Thread(target=connect, daemon=True)
    thread.start()
    thread.join(2 * REACH_SECONDS)
    return bool(reached)
