"""The plan of a study, in rows: what varies, what is fixed, devices, and its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import plural
from maskopt.report.domains import domain_words, settled_words
from maskopt.report.searching import search_rows
from maskopt.report.wording import duration
from maskopt.space import is_settled, show_value
from maskopt.spec import StudySpec

if TYPE_CHECKING:
    from maskopt.check.one import Checked


def plan_rows(checked: Checked) -> Iterator[tuple[str, str]]:
    """Give each fact of the plan with its name."""
    spec, devices = checked.spec, checked.devices
    yield "study", spec.study
    for head in spec.label_space.heads:
        teaches = "" if spec.label_space.is_scored(head) else "; it only teaches"
        yield (
            f"head {head.name}",
            f"{head.class_count} classes: {', '.join(head.classes)}{teaches}",
        )
    yield "photos", _photos_words(checked)
    yield "folds", _folds_words(spec)
    yield "budget", _budget_words(spec)
    yield from search_rows(spec)
    varying = list(spec.space.varying())
    yield "varies", plural(len(varying), "dimension") if varying else "nothing"
    for path, domain in varying:
        yield f"  {path}", domain_words(domain)
    fixed = [
        f"{path} {settled_words(domain)}"
        for path, domain in spec.space.domains.items()
        if is_settled(domain)
    ]
    yield "fixed", ", ".join(fixed)
    yield "devices", devices.words
    measured = ", `auto` is measured when a sweep begins" if checked.is_unmeasured else ""
    yield "trials at once", f"{devices.trials_at_once}, {_share_words(devices)}{measured}"
    yield "estimated time", _time_words(checked)


def _time_words(checked: Checked) -> str:
    if checked.estimate:
        return checked.estimate.words
    if checked.photos is None:
        return "give the photos to know it: --data PATH"
    broken = checked.photos.table is None or checked.backbones.errors
    return "not known, see the errors" if broken else "not known: no backbone could be timed"


def _photos_words(checked: Checked) -> str:
    if checked.photos is None:
        return "none given: --data PATH, or --preset demo for drawn people"
    if checked.photos.table is None:
        return "cannot be used, see the errors"
    table = checked.photos.table
    return f"{plural(len(table), 'photo')} in {table.root}"


def _folds_words(spec: StudySpec) -> str:
    group = f"by {spec.data.group}" if spec.data.group else "photo by photo"
    used, seed = plural(spec.folds.use, "fold"), spec.folds.seed
    return f"{spec.folds.count}, split {group} with seed {seed}; a trial is scored on {used}"


def _budget_words(spec: StudySpec) -> str:
    budget = spec.budget
    words = [plural(budget.trials, "trial")] if budget.trials else []
    words += [plural(budget.epochs, "epoch") + " each"]
    words += [f"{duration(budget.seconds)} at most"] if budget.seconds else []
    words += (
        [f"early stopping after {plural(budget.patience, 'epoch')}"] if budget.patience else []
    )
    return ", ".join(words)


def _share_words(devices: DevicePlan) -> str:
    if devices.gpus_per_trial:
        return f"{show_value(devices.gpus_per_trial)} GPU each"
    return f"{plural(devices.threads, 'CPU thread')} each"
