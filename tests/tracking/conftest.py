from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BLOCK = 32_768


@pytest.fixture(autouse=True)
def nobody_is_logged_in(monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE", "WANDB_MODE", "WANDB_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("WANDB_BASE_URL", "WANDB_SERVICE", "WANDB_DIR", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(home))
    monkeypatch.setenv("WANDB_CACHE_DIR", str(home))
    monkeypatch.setenv("WANDB_DATA_DIR", str(home))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def read_runs() -> Callable[[Path], list[dict[str, Any]]]:
    """Return what runs that were written offline hold, in the order of their names."""

    def read(studies: Path) -> list[dict[str, Any]]:
        files = studies.glob("wandb/offline-run-*/run-*.wandb")
        return sorted(map(_read_run, files), key=lambda run: run["name"])

    return read


def _read_run(file: Path) -> dict[str, Any]:
    from wandb.proto.wandb_internal_pb2 import Record

    found: dict[str, Any] = {"history": [], "summary": {}, "preempting": False}
    for chunk in _chunks(file.read_bytes()):
        record = Record()
        record.ParseFromString(chunk)
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run = record.run
            config = {item.key: json.loads(item.value_json) for item in run.config.update}
            found |= {"id": run.run_id, "name": run.display_name, "group": run.run_group}
            found |= {"project": run.project, "tags": list(run.tags)}
            found["config"] = {k: v for k, v in config.items() if not k.startswith("_")}
        elif kind == "history":
            found["history"].append(_plain(record.history.item))
        elif kind == "summary":
            found["summary"] |= _plain(record.summary.update)
        elif kind == "preempting":
            found["preempting"] = True
        elif kind == "exit":
            found["exit_code"] = record.exit.exit_code
    return found


def _plain(items: Any) -> dict[str, Any]:
    pairs = {(item.key or ".".join(item.nested_key)): item.value_json for item in items}
    return {k: json.loads(v) for k, v in pairs.items() if not k.startswith("_")}


def _chunks(content: bytes) -> Iterator[bytes]:
    """Give the records of W&B's file: LevelDB's log format behind a head of seven bytes."""
    place, whole = 7, b""
    while place + 7 <= len(content):
        if BLOCK - place % BLOCK < 7:
            place += BLOCK - place % BLOCK
            continue
        _, length, kind = struct.unpack("<IHB", content[place : place + 7])
        whole += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            yield whole
            whole = b""
