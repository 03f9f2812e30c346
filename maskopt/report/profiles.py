"""Where a trial's seconds went, and what to do about it: `maskopt show STUDY N --profile`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.text import Text

from maskopt.records import Profile, Stage, TrialRecord, profile_of
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import duration, plain
from maskopt.space import show_value

_MUCH = 0.1
_SLOW_ANSWER = 0.5  # seconds; an answer on an idle machine takes hundredths
_WORDS = {
    Stage.START: "photos opened, networks built",
    Stage.DATA: "waiting for batches, moving them to the device",
    Stage.FORWARD: "network and loss",
    Stage.BACKWARD: "gradients",
    Stage.OPTIMIZER: "weights changed",
    Stage.EVALUATION: "a look at the validation photos",
    Stage.CHECKPOINT: "best weights and checkpoint written",
    Stage.ENGINE: "reports on their way, until their answers",
    Stage.OTHER: "scores, and what belongs to none of these",
}


def profile_view(trial: TrialRecord) -> Group:
    """Return a trial's seconds by stage and what is to be done, or why nothing is known."""
    profile = profile_of(trial.reports)
    if profile is None:
        return Group(Text(_nothing(trial)))
    lines = [["advice", line] for line in advice(trial, profile)]
    lines += [["note", line] for line in _notes(trial, profile)]
    if not lines:
        return Group(_table(profile))
    return Group(_table(profile), Text(), Grid([Column(style="bold"), Column()], lines))


def advice(trial: TrialRecord, profile: Profile) -> list[str]:
    """Return what would have a trial like this one wait less, a sentence each."""
    return [*_data(trial, profile), *_engine(trial, profile), *_checkpoint(profile)]


def _data(trial: TrialRecord, profile: Profile) -> Iterator[str]:
    if profile.share(Stage.DATA) <= _MUCH:
        return
    waits = f"data takes {_percent(profile, Stage.DATA)} of the time"
    chosen = trial.config.get("augmentation", "none")
    lighter = (
        "" if chosen == "none" else f"a lighter augmentation than {plain(show_value(chosen))}"
    )
    if "cuda" in profile.devices:
        cores = "give each trial more cores (fewer at once: --workers)"
        yield f"{waits}: {cores}{lighter and f', or choose {lighter}'}"
    elif lighter:
        yield f"{waits}: the cores that train augment photos too; choose {lighter}"
    else:
        yield (
            f"{waits}, though nothing is augmented: either the network is small beside its "
            "photos, or they do not fit into memory; choose a smaller image_size"
        )


def _engine(trial: TrialRecord, profile: Profile) -> Iterator[str]:
    if profile.share(Stage.ENGINE) <= _MUCH:
        return
    told = [r for r in trial.reports if Stage.ENGINE in r.spent]
    answer = profile.seconds[Stage.ENGINE] / len(told)
    epoch = sum(report.seconds for report in told) / len(told)
    takes = f"the engine takes {_percent(profile, Stage.ENGINE)} of the time"
    if answer < _SLOW_ANSWER:
        yield (
            f"{takes}: {answer:.2f} s a report, which is much only beside epochs of "
            f"{duration(epoch)}; longer ones lose less"
        )
    else:
        yield (
            f"{takes}, {answer:.1f} s a report: run fewer trials at once (--workers), or keep "
            "the study nearer (--storage)"
        )


def _checkpoint(profile: Profile) -> Iterator[str]:
    if profile.share(Stage.CHECKPOINT) > _MUCH:
        takes = f"checkpoints take {_percent(profile, Stage.CHECKPOINT)} of the time"
        yield f"{takes}: put --studies on a faster disk"


def _notes(trial: TrialRecord, profile: Profile) -> Iterator[str]:
    if profile.unknown:
        yield f"without {_named(profile.unknown)}, trained {_OLD}"
    elif trial.seconds - profile.total > _MUCH * trial.seconds:
        yield (
            f"the trial took {duration(trial.seconds)}: the rest is its worker's start, "
            "and what came after the last report"
        )


def _table(profile: Profile) -> Grid:
    rows = [
        [stage.value, f"{seconds:,.2f}", _percent(profile, stage), _WORDS[stage]]
        for stage, seconds in profile.seconds.items()
    ]
    of = f"the wall time of {_named(profile.epochs)}"
    columns = [Column("stage"), Column("seconds", right=True), Column("share", right=True)]
    rows.append(["all", f"{profile.total:,.2f}", "100.0 %", of])
    return Grid([*columns, Column(style="dim")], rows)


def _percent(profile: Profile, stage: Stage) -> str:
    return f"{profile.share(stage):.1%}".replace("%", " %")


_OLD = "before profiles were kept"


def _nothing(trial: TrialRecord) -> str:
    if not trial.reports:
        return "no epoch is reported yet, so there is no profile"
    epochs = _named([report.epoch for report in trial.reports])
    return f"trained {_OLD} ({epochs}); later trials have one"


def _named(epochs: Sequence[int]) -> str:
    """Return epochs in words: `epoch 3`, `epochs 1 and 2`, `epochs 1 to 12`, `5 epochs`."""
    first, last = epochs[0], epochs[-1]
    if first == last:
        return f"epoch {first}"
    if last - first >= len(epochs):  # some between them are missing
        return f"{len(epochs)} epochs"
    return f"epochs {first} {'and' if last - first == 1 else 'to'} {last}"
