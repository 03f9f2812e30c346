"""Sweeps of several models that are stubs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.errors import DataError
from maskopt.records import StudyRecord
from maskopt.sweep import several
from maskopt.sweep.options import SweepOptions, SweepOutcome

FILE = """\
study: faces
data:
  photos: photos
  attributes: {a: {classes: [x, y]}, b: {classes: [x, y]}, c: {classes: [x, y]}}
  group: none
budget: {trials: 2, epochs: 3}
space: {backbone: resnet18}
models: {one: {heads: [a]}, two: {heads: [b]}, three: {heads: [c]}}
"""
MODELS = ("one", "two", "three")


@dataclass
class Sweeps:
    """Sweeps that take some seconds of a clock, and end with a code."""

    now: float = 1000.0
    takes: dict[str, float] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    seen: list[SweepOptions] = field(default_factory=list)
    exported: list[Any] = field(default_factory=list)
    joined: list[Any] = field(default_factory=list)
    bundle: str | None = "a bundle"
    empty: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def run(self, options: SweepOptions) -> SweepOutcome:
        self.seen.append(options)
        spec = options.read()
        if options.model in self.broken:
            raise DataError(f"photos of {options.model} cannot be read")
        self.now += self.takes.get(str(options.model), 0.0)
        record = StudyRecord(spec.study, "macro_f1", ())
        code = self.codes.get(str(options.model), 0)
        best = None if options.model in self.empty else Path(spec.study)
        ballot: Any = SimpleNamespace(name=spec.study, best=best) if options.joined else None
        return SweepOutcome(record, "done", code, {}, [], (), ballot=ballot)

    def export(self, options: Any) -> str:
        self.exported.append(options)
        return "a bundle"

    def join(self, options: Any, ballots: Any, deadline: float | None) -> str | None:
        self.joined.append((options, ballots, deadline))
        return self.bundle


def stubbed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Sweeps:
    """Return the sweeps of the file in a folder, which is gone into."""
    made = Sweeps()
    monkeypatch.chdir(folder)
    Path("faces.yaml").write_text(FILE)
    Path("photos").mkdir()
    monkeypatch.setattr(several, "run_sweep", made.run)
    monkeypatch.setattr(several, "run_export", made.export)
    monkeypatch.setattr(several, "deliver_joined", made.join)
    # Ten seconds for what each study brought.
    monkeypatch.setattr(several, "reserved_seconds", lambda ballots, costs: 10.0 * len(ballots))
    monkeypatch.setattr(several.time, "monotonic", lambda: made.now)
    return made


def run(*, told: list[str] | None = None, **changes: Any) -> several.SeveralOutcome:
    heard = [] if told is None else told
    options = SweepOptions("faces.yaml", **changes)
    return several.run_models(options, MODELS, lambda each: heard.append(each.record.study))
