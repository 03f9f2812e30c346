"""From networks that are trained to a bundle that stands: who votes, the refit, the folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from maskopt.bundle import seal, staging, write_card
from maskopt.catalog.views import WHOLE, Input, inputs_of
from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.jobs import run_job
from maskopt.ensembles import Bundle, Member, StoredPhoto
from maskopt.export.assemble import (
    Candidate,
    build_ensembles,
    build_members,
    with_predictions,
)
from maskopt.export.facts import describe_choice
from maskopt.export.networks import (
    Members,
    file_names,
    known,
    read_out_of_fold,
    train_refits,
)
from maskopt.export.options import ExportOptions
from maskopt.export.rehearsal import rehearsal_arrays
from maskopt.export.sources import Source
from maskopt.export.stored import STORED_FOR_VIEWS, Album, store_photos
from maskopt.labels import Attribute
from maskopt.plan.costs import Costs
from maskopt.records import BEST
from maskopt.report.console import progress, show_note
from maskopt.votes.choices import Choice
from maskopt.votes.composing import choose

PREDICT = "maskopt.vision.voting:predict_stored"
WRITE_ONNX = "maskopt.vision.onnx:write_onnx"
ONNX = "vote.onnx"


@dataclass(frozen=True, eq=False)
class Exporting:
    """An export that is ready to begin: what was read and looked at."""

    options: ExportOptions
    sources: tuple[Source, ...]
    attributes: tuple[Attribute, ...]

    @property
    def cache(self) -> Path:
        """Where decoded images are kept."""
        return self.options.studies.absolute() / "cache"


def inputs_needed(source: Source) -> tuple[Input, ...]:
    """Return what a study's trials that may vote take of photos, the smallest first."""
    found = {each for trial in source.trials for each in inputs_of(trial.config)}
    return tuple(sorted(found, key=lambda each: (each.size, each.name)))


def compose(export: Exporting, members: Members, devices: DevicePlan, costs: Costs) -> Bundle:
    """Choose who votes, and write the bundle; what that took is noted.

    Raises:
        BundleError: The studies do not fit together, or the place cannot be written.
        StudyError: What a network said cannot be read, or a member cannot be refitted.
        KeyboardInterrupt: Interrupted; what is trained stays trained.
    """
    began = time.monotonic()
    choice = _choose(export, members)
    photos = sum(len(source.table) for source in export.sources)
    costs.note("choose", time.monotonic() - began, photos * len(members))
    candidates = _candidates(export, members, choice, devices)
    began = time.monotonic()
    with staging(export.options.output) as folder:
        bundle = _build(export, folder, members, choice, candidates, devices)
    costs.note("write", time.monotonic() - began)
    return bundle


def _choose(export: Exporting, members: Members) -> Choice:
    options = export.options
    with progress("choosing who votes", 1):
        return choose(
            [read_out_of_fold(source, members) for source in export.sources],
            export.attributes,
            export.sources[0].spec.objective,
            vote=options.vote,
            views=options.tta,
            calibrate=options.calibrate,
            seed=options.seed,
        )


def _candidates(
    export: Exporting, members: Members, choice: Choice, devices: DevicePlan
) -> Mapping[tuple[str, int], Candidate]:
    chosen = list(dict.fromkeys(key for _, shares in choice.ensembles for key in shares))
    files: dict[tuple[str, int], tuple[Path, ...]]
    if export.options.refit == "all":
        files = {key: (file,) for key, file in train_refits(members, chosen, devices).items()}
    else:
        files = {key: tuple(run.folder / BEST for run in members[key]) for key in chosen}
    spaces = {source.name: source.spec.label_space for source in export.sources}
    return {
        key: Candidate(key[0], members[key][0].trial, spaces[key[0]], files[key]) for key in chosen
    }


def _build(
    export: Exporting,
    folder: Path,
    members: Members,
    choice: Choice,
    candidates: Mapping[tuple[str, int], Candidate],
    devices: DevicePlan,
) -> Bundle:
    joined = build_members(folder, choice, candidates)
    networks = max(len(member.weights) for member in joined)
    bundle = Bundle(
        attributes=export.attributes,
        members=joined,
        ensembles=build_ensembles(choice, joined),
        priors=choice.priors,
        photos=tuple(StoredPhoto(path, {}) for path in _store(export, joined, folder)),
        facts=describe_choice(choice, export.sources, export.options.refit, networks),
    )
    payload = {"folder": str(folder), "bundle": bundle.to_dict()}
    said: dict[str, Any] = run_job(PREDICT, payload, gpus=devices.gpus_per_trial)
    bundle = with_predictions(bundle, said["probabilities"])
    if export.options.onnx:
        show_note("writing the vote as ONNX")
        run_job(WRITE_ONNX, {**payload, "file": str(folder / ONNX)})
    write_card(folder, bundle)
    seal(folder, bundle, _rehearsals(export, members, choice))
    return bundle


def _store(export: Exporting, members: Sequence[Member], folder: Path) -> list[str]:
    used = {member.study for member in members}
    albums = [
        Album(source.table, source.spec.label_space, _stored_size(source, members), export.cache)
        for source in export.sources
        if source.name in used
    ]
    return store_photos(albums, folder)


def _stored_size(source: Source, members: Sequence[Member]) -> int:
    """Return the size of stored photos: larger where a view has to find something in them."""
    least = min(each.size for each in inputs_needed(source))
    return least if all(each.view == WHOLE for each in members) else max(least, STORED_FOR_VIEWS)


def _rehearsals(export: Exporting, members: Members, choice: Choice) -> dict[str, NDArray[Any]]:
    """Return what `predict --adapt` rehearses on; members refit on all photos have no such."""
    if export.options.refit == "all":
        return {}
    sources = {source.name: source for source in export.sources}
    arrays: dict[str, NDArray[Any]] = {}
    for attributes, shares in choice.ensembles:
        key = max(shares, key=lambda each: shares[each])
        parts = [known(run) for run in members[key]]
        places = {photo: row for row, photo in enumerate(file_names(sources[key[0]]).tolist())}
        for name in attributes:
            arrays |= rehearsal_arrays(name, choice.evidence[name], parts, places)
    return arrays
