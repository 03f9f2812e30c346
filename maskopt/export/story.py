"""Studies become a bundle: out-of-fold, vote, refit, folder; what is trained is trained once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from maskopt.bundle import check_place
from maskopt.cluster.devices import DevicePlan, local_devices
from maskopt.cluster.jobs import run_job
from maskopt.ensembles import Bundle
from maskopt.export.composing import Exporting, compose, inputs_needed
from maskopt.export.fold_runs import plan_folds
from maskopt.export.holding import holding
from maskopt.export.networks import Members, train_folds
from maskopt.export.options import ExportOptions
from maskopt.export.sources import read_sources, wanted_attributes
from maskopt.plan.costs import Costs
from maskopt.plan.packing import known_per_device
from maskopt.report.console import show_note
from maskopt.sweep.decoding import decoded_photos
from maskopt.sweep.devices import devices_for

CHECK_ONNX = "maskopt.vision.onnx:check_exporter"


def run_export(options: ExportOptions) -> Bundle:
    """Make a bundle of studies' best trials, or go on with what an earlier export left.

    Raises:
        BundleError: Nothing can be written to the place, or the studies do not fit together.
        StudyError: A study cannot be exported, or devices cannot be used.
        DataError: Photos cannot be read any more.
        KeyboardInterrupt: Interrupted; what is trained stays trained.
    """
    check_place(options.output)
    export = read_export(options)
    try:
        with holding_all(export) as devices:
            return export_on(export, devices)
    except KeyboardInterrupt:
        show_note(f"interrupted; what is trained stays trained. To go on: {options.command}")
        raise


@contextmanager
def holding_all(export: Exporting) -> Iterator[DevicePlan]:
    """Hold studies, decoded photos and devices for an export.

    Raises:
        StudyError: Another process exports one of the studies, or devices cannot be used.
        DataError: Photos cannot be read any more.
    """
    gpus = export.options.gpus_per_trial
    if gpus is None:
        gpus = max(source.spec.budget.gpus_per_trial for source in export.sources)
    with (
        holding(export.sources),
        decoded(export),
        devices_for(export.options, gpus, _per_device(export)) as devices,
    ):
        yield devices


def _per_device(export: Exporting) -> int | None:
    """Return the least of what the studies' files say, as far as all of them do."""
    wanted = [source.spec.budget.trials_per_device for source in export.sources]
    if None in wanted or export.options.gpus_per_trial is not None:
        return None
    devices = local_devices() if export.options.address is None else None
    studies = export.options.studies
    said = [known_per_device(source.spec, studies, devices) for source in export.sources]
    return None if None in said else min(filter(None, said))


def read_export(options: ExportOptions) -> Exporting:
    """Read the studies that were named, and look at what the bundle is to answer.

    Raises:
        StudyError: One line a problem.
    """
    sources = read_sources(options)
    return Exporting(options, sources, wanted_attributes(sources, options))


def decoded(export: Exporting) -> AbstractContextManager[None]:
    """Have photos decoded as long as they are needed.

    Raises:
        DataError: Photos cannot be read any more.
    """
    needed = [(source.table, inputs_needed(source)) for source in export.sources]
    most = max(source.spec.budget.cache for source in export.sources)
    return decoded_photos(needed, export.cache, most)


def export_on(export: Exporting, devices: DevicePlan) -> Bundle:
    """Train, choose and write on devices that are held; the studies must be held, too.

    Raises:
        BundleError: As `run_export`.
        StudyError: As `run_export`.
    """
    if export.options.onnx:  # known now, not after hours of training
        run_job(CHECK_ONNX, None)
    costs = Costs.read(export.options.studies)
    bundle = compose(export, _members(export, devices), devices, costs)
    costs.write(export.options.studies)
    return bundle


def _members(export: Exporting, devices: DevicePlan) -> Members:
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
