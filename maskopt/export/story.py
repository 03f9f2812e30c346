"""Studies become a bundle: out-of-fold, vote, refit, folder; what is trained is trained once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from maskopt.bundle import check_place, seal, staging, write_card
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
from maskopt.export.fold_runs import plan_folds
from maskopt.export.holding import holding
from maskopt.export.networks import (
    Members,
    file_names,
    known,
    read_out_of_fold,
    train_folds,
    train_refits,
)
from maskopt.export.options import ExportOptions
from maskopt.export.rehearsal import rehearsal_arrays
from maskopt.export.sources import Source, read_sources, wanted_attributes
from maskopt.export.stored import Album, store_photos
from maskopt.labels import Attribute
from maskopt.records import BEST
from maskopt.report.console import progress, show_note
from maskopt.sweep.devices import devices_for
from maskopt.sweep.photos import decode_photos
from maskopt.votes.choices import Choice
from maskopt.votes.composing import choose

PREDICT = "maskopt.vision.voting:predict_stored"
CHECK_ONNX, WRITE_ONNX = "maskopt.vision.onnx:check_exporter", "maskopt.vision.onnx:write_onnx"
ONNX = "vote.onnx"


@dataclass(frozen=True, eq=False)
class _Export:
    """An export that is ready to begin: what was read and looked at."""

    options: ExportOptions
    sources: tuple[Source, ...]
    attributes: tuple[Attribute, ...]

    @property
    def cache(self) -> Path:
        return self.options.studies.absolute() / "cache"


def run_export(options: ExportOptions) -> Bundle:
    """Make a bundle of studies' best trials, or go on with what an earlier export left.

    Raises:
        BundleError: Nothing can be written to the place, or the studies do not fit together.
        StudyError: A study cannot be exported, or devices cannot be used.
        DataError: Photos cannot be read any more.
        KeyboardInterrupt: Interrupted; what is trained stays trained.
    """
    check_place(options.output)
    sources = read_sources(options)
    export = _Export(options, sources, wanted_attributes(sources, options))
    try:
        with holding(sources):
            return _export(export)
    except KeyboardInterrupt:
        show_note(f"interrupted; what is trained stays trained. To go on: {options.command}")
        raise


def _export(export: _Export) -> Bundle:
    options = export.options
    for source in export.sources:
        decode_photos(source.table, _sizes(source), export.cache)
    gpus = options.gpus_per_trial
    if gpus is None:
        gpus = max(source.spec.budget.gpus_per_trial for source in export.sources)
    with devices_for(options, gpus) as devices:
        if options.onnx:  # known now, not after hours of training
            run_job(CHECK_ONNX, None)
        members = _members(export, devices)
        choice = _choose(export, members)
        candidates = _candidates(export, members, choice, devices)
        with staging(options.output) as folder:
            return _build(export, folder, members, choice, candidates, devices)


def _sizes(source: Source) -> tuple[int, ...]:
    return tuple(sorted({int(str(trial.config["image_size"])) for trial in source.trials}))


def _members(export: _Export, devices: DevicePlan) -> Members:
    options = export.options
    runs = [
        run
        for place, source in enumerate(export.sources)
        for run in plan_folds(
            source,
            place,
            folds=options.folds,
            threads=devices.threads,
            whole_curve=options.refit == "all",
            cache=export.cache,
        )
    ]
    return train_folds(runs, devices)


def _choose(export: _Export, members: Members) -> Choice:
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
    export: _Export, members: Members, choice: Choice, devices: DevicePlan
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
    export: _Export,
    folder: Path,
    members: Members,
    choice: Choice,
    candidates: Mapping[tuple[str, int], Candidate],
    devices: DevicePlan,
) -> Bundle:
    joined = build_members(folder, choice, candidates)
    bundle = Bundle(
        attributes=export.attributes,
        members=joined,
        ensembles=build_ensembles(choice, joined),
        priors=choice.priors,
        photos=tuple(StoredPhoto(path, {}) for path in _store(export, joined, folder)),
        facts=describe_choice(choice, export.sources, export.options.refit),
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


def _store(export: _Export, members: Sequence[Member], folder: Path) -> list[str]:
    used = {member.study for member in members}
    albums = [
        Album(source.table, source.spec.label_space, min(_sizes(source)), export.cache)
        for source in export.sources
        if source.name in used
    ]
    return store_photos(albums, folder)


def _rehearsals(export: _Export, members: Members, choice: Choice) -> dict[str, NDArray[Any]]:
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
