"""`maskopt predict`: a bundle and photos become a table, in a stream."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field

from maskopt.bundle import read_bundle
from maskopt.errors import plural
from maskopt.labels import Attribute
from maskopt.predict.adapting import Adaptations, Sample, Spool, read_rehearsed
from maskopt.predict.answers import Answers, Asking, refuse_broken, take_photos
from maskopt.predict.formats import Format, Probabilities, class_ids, make_format
from maskopt.predict.outcome import Order, Outcome
from maskopt.predict.output import STDOUT, WriteRows, check_output, writing_rows
from maskopt.predict.voters import load_voter
from maskopt.report.console import (
    Advance,
    is_live,
    progress,
    show_json,
    show_message,
    show_text,
    show_warning,
)
from maskopt.report.predictions import adaptation_summary, prediction_line
from maskopt.votes.evidence import Rehearsed


def run_predict(order: Order) -> Outcome:
    """Predict photos and write the rows as they come.

    Raises:
        BundleError: The bundle cannot be used, or does not know what the format needs.
        DataError: Photos cannot be found or read, or the output cannot be written.
    """
    bundle = read_bundle(order.bundle)
    form = make_format(order.format, bundle.attributes)
    check_output(order.output, order.photos)
    photos, warnings = take_photos(order.photos)
    for warning in warnings:
        show_warning(warning)
    if order.on_error == "stop":
        refuse_broken(photos)
    able, unable = read_rehearsed(order.bundle, bundle) if order.adapt else ({}, {})
    voter = load_voter(bundle, order.bundle, details=bool(able), alone=True)
    asking = Asking(photos, bundle.attributes, order.batch_size, order.on_error)
    telling = Telling(form, bundle.attributes)
    started = time.monotonic()
    with (
        writing_rows(order.output, form.header) as write,
        closing(_shown(asking.answers(voter), len(photos), order.output)) as answers,
    ):
        adaptation = telling.tell(answers, photos.names, write, able)
    return Outcome(
        order.output,
        bundle.attributes,
        len(photos),
        len(asking.wrong),
        asking.warnings,
        time.monotonic() - started,
        telling.proportions(),
        {**unable, **adaptation},
    )


def show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Print what came of a prediction; on stderr where stdout has the rows."""
    for warning in outcome.skipped:
        show_warning(warning)
    if as_json:
        show_json(outcome.to_dict())
        return
    show = show_message if outcome.output == STDOUT else show_text
    if outcome.adaptation:
        show(adaptation_summary(outcome.attributes, outcome.adaptation))
    place = "stdout" if outcome.output == STDOUT else outcome.output
    show(prediction_line(outcome.photos, outcome.unread, outcome.seconds, place))


@dataclass
class Telling:
    """Answers on their way into rows, counted as they go."""

    form: Format
    attributes: Sequence[Attribute]
    counts: dict[str, Counter[int]] = field(default_factory=dict)

    def tell(
        self,
        answers: Iterator[Answers],
        names: Sequence[str],
        write: WriteRows,
        able: Mapping[str, Rehearsed],
    ) -> Adaptations:
        """Write all rows: as they come, or once it is known how to adapt them.

        Args:
            answers: Of all photos, in their order.
            names: What rows call the photos.
            write: Takes rows.
            able: What the photos are held against; empty where nothing is to be adapted.
        """
        if not able:
            blocks = (each.probabilities for each in answers)
            self._write(blocks, names, write)
            return {}
        sample = Sample(len(names), able)
        with Spool(self.attributes) as spool:
            for each in answers:
                spool.add(each.probabilities)
                sample.add(each)
            adaptation = _adapt(sample)
            weights = {
                name: found.weights
                for name, found in adaptation.items()
                if not isinstance(found, str) and found.applied
            }
            self._write(spool.blocks(weights), names, write)
        return adaptation

    def proportions(self) -> dict[str, dict[str, float]]:
        """Return the share of each predicted class, by attribute."""
        counts = {a.name: self.counts.get(a.name, Counter()) for a in self.attributes}
        return {
            a.name: {
                name: counts[a.name][class_id] / max(counts[a.name].total(), 1)
                for class_id, name in enumerate(a.classes)
            }
            for a in self.attributes
        }

    def _write(
        self, blocks: Iterator[Probabilities], names: Sequence[str], write: WriteRows
    ) -> None:
        start = 0
        for block in blocks:
            for name, ids in class_ids(block).items():
                self.counts.setdefault(name, Counter()).update(ids[ids >= 0].tolist())
            count = len(next(iter(block.values())))
            write(self.form.rows(names[start : start + count], block))
            start += count


def _adapt(sample: Sample) -> Adaptations:
    with progress("estimating class proportions", len(sample)) as advance:
        found = {}
        for name, adaptation in sample.adapt():
            found[name] = adaptation
            advance(len(found), len(sample))
    return found


def _shown(answers: Generator[Answers], total: int, output: str) -> Generator[Answers]:
    """Yield answers and show how many there are; the bar is gone once there are no more."""
    quiet = output == STDOUT and is_live()  # rows and a bar on one screen
    label = f"predicting {plural(total, 'photo')}"
    with _no_bar() if quiet else progress(label, total) as advance, closing(answers):
        for each in answers:
            yield each
            advance(each.places.stop, total)


def _no_bar() -> AbstractContextManager[Advance]:
    return nullcontext(lambda done, total: None)
