"""All that decides in a search, in memory: what is tried next, and how a report is answered.

`Study` writes down what its `Strategy` decides; nothing here touches a storage, a disk or a clock.
So a simulation drives the very same object thousands of times:

    strategy = Strategy(space, RungTpe(0, halving.rungs, startup_trials=10), 50, halving=halving)
    asked = strategy.ask()                                  # -> number, config, known_epochs
    verdict = strategy.report(asked.number, epoch, score)   # an epoch, in order
    strategy.pause(number)                                  # after PAUSE: a later ask may give it
    strategy.end(number, TrialState.COMPLETE)               # or FAILED, PRUNED
    strategy.review()                                       # lets the referee loosen the pruner
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence

from maskopt.records import Owed, Start, TrialState, Verdict
from maskopt.search.halving import Halving
from maskopt.search.refereeing import LOOSE_SHARE, Referee, loosening
from maskopt.space import SearchSpace, TrialConfig
from maskopt.study.drawing import Draws, New
from maskopt.study.filling import choose_paused
from maskopt.study.following import Asked, Fits, Next, Tracked
from maskopt.study.owing import owed
from maskopt.study.proposing import Proposer, Seen, Trials


class Strategy:
    """Decides what is tried, from points to try, a searcher, halving and a referee.

    Attributes:
        trials: What is followed, by number.
        epochs: Epochs of a full trial.
        judges: Whether reports are answered here.
        loosened: Says that the pruner was found too strict and is looser now; none before.
    """

    def __init__(
        self,
        space: SearchSpace,
        proposer: Proposer,
        epochs: int,
        *,
        target: int | None = None,
        halving: Halving | None = None,
        referee: Referee | None = None,
    ) -> None:
        """Begin with nothing tried.

        Args:
            space: What may vary.
            proposer: What draws new points.
            epochs: Epochs of a full trial.
            target: Trials to begin, but failed ones; none is no limit.
            halving: What pauses trials; without it each report is answered CONTINUE.
            referee: What finishes some of those that would pause.
        """
        self.trials: dict[int, Tracked] = {}
        self.loosened: str | None = None
        self.epochs, self._draws = epochs, Draws(space, proposer)
        self.judges, self._target, self._referee = halving is not None, target, referee
        self._halving = halving or Halving(epochs, first_rung=epochs)  # no rungs: judges nobody
        self._seen = Trials()
        self._running: set[int] = set()
        self._interrupted: list[int] = []
        self._failed = 0

    @property
    def begun(self) -> int:
        """Trials that count for the target: all but those that failed."""
        return len(self.trials) - self._failed

    @property
    def has_room(self) -> bool:
        """Whether another trial may begin."""
        return self._target is None or self.begun < self._target

    def enqueue(self, starts: Sequence[Start]) -> None:
        """Have points tried before new ones are drawn."""
        self._draws.starts += starts

    def ask(self, fits: Fits | None = None) -> Asked | None:
        """Choose and begin a trial; see `choose`."""
        if (found := self.choose(fits)) is None:
            return None
        number = len(self.trials) if found.number is None else found.number
        self.begin(number, found)
        config = self.trials[number].config
        assert config is not None  # only another program leaves a trial without one in a study
        return Asked(number, config, self.trials[number].epoch)

    def choose(self, fits: Fits | None = None, *, fills: bool = False) -> Next | None:
        """Return what is to run next, or none while there is nothing to give.

        Interrupted trials come first, then points to try, then paused trials that may go on, then
        what the searcher proposes. What does not fit stays as it is.

        Args:
            fits: Tells what there is time for.
            fills: Let a slot that nothing fits bring a paused trial further.
        """
        for number in self._interrupted:
            if self._fits_tracked(fits, number):
                return Next(number)
        if self.has_room and (found := self._draws.choose_start(self._seen, self._new(fits))):
            return found
        for number in self._halving.promotable():
            if self._fits_tracked(fits, number):
                return Next(number, promoted=self.trials[number].epoch)
        if self.has_room and (found := self._draws.choose_new(self._seen, self._new(fits))):
            return found
        paused = reversed(self._halving.by_least_hope()) if fills and self._has_more() else ()
        return choose_paused(paused, self.trials, fits)

    def begin(self, number: int, chosen: Next, config: TrialConfig | None = None) -> None:
        """Note that what was chosen runs, under a number.

        Args:
            number: An open trial's own, or a new one.
            chosen: From `choose`.
            config: The point that an open trial was given only now.
        """
        if chosen.number is None and chosen.proposal is not None:
            point, start = chosen.proposal, chosen.start
            seen = Seen(number, point.params, point.distributions)
            self.track(Tracked(seen, point.config), start.reach if start else 0)
            if start:
                self._draws.starts.remove(start)
        elif number in self._interrupted:
            self._interrupted.remove(number)
        elif chosen.promoted is not None:
            self._halving.resume(number, chosen.promoted, is_spared=chosen.fills)
        self.trials[number].config = config or self.trials[number].config
        self._seen.turn(self.trials[number].seen, TrialState.RUNNING)
        self._running.add(number)
        self._draws.clear()

    def track(self, tracked: Tracked, reach: int = 0) -> None:
        """Take up a trial; it passes `reach` rungs whatever its score."""
        self.trials[tracked.seen.number] = tracked
        self._seen.append(tracked.seen)
        self._halving.add(tracked.seen.number, reach)

    def note(self, number: int, epoch: int, score: float) -> None:
        """Note a score that is judged elsewhere, or was judged before."""
        tracked = self.trials[number]
        tracked.epoch = epoch
        if self._referee:
            self._referee.note_epoch()
        if math.isfinite(score):
            self._seen.score(tracked.seen, epoch, score)
            self._halving.note(number, epoch, score)
        self._draws.clear()

    def report(self, number: int, epoch: int, score: float) -> Verdict:
        """Note an epoch's score and answer it."""
        self.note(number, epoch, score)
        if not math.isfinite(score):
            return Verdict.STOP
        if epoch >= self.epochs:
            return Verdict.CONTINUE
        verdict = self._halving.judge(number, epoch)
        if verdict is Verdict.PAUSE and self._referee and self._referee.chooses(number, epoch):
            self.exempt(number, epoch)
            return Verdict.CONTINUE
        return verdict

    def exempt(self, number: int, epoch: int) -> None:
        """Note that a trial goes on from an epoch because the referee chose it."""
        self.trials[number].is_refereed = True
        self._halving.exempt(number)
        if self._referee:
            self._referee.note_chosen(epoch)

    def can_pause_at(self, epoch: int | None) -> bool:
        """Tell whether a trial can wait at an epoch; none is for one that was not paused."""
        return self._halving.can_pause_at(epoch or 0)

    def pause(self, number: int) -> None:
        """Note that a trial waits at the epoch it has."""
        self._leave(number, TrialState.WAITING)
        self._halving.pause(number, self.trials[number].epoch)

    def interrupt(self, number: int) -> None:
        """Note that a trial's run ended before it did: it is asked first."""
        self._leave(number, TrialState.WAITING)
        insort(self._interrupted, number)

    def end(self, number: int, state: TrialState) -> None:
        """Note that a trial is complete, pruned or failed."""
        self._leave(number, state)
        self._failed += state is TrialState.FAILED
        if state is TrialState.FAILED:
            self._halving.fail(number)
        else:
            self._halving.end(number, is_complete=state is TrialState.COMPLETE)

    def review(self) -> None:
        """Loosen the pruner if refereed trials say so, now that one of them is over."""
        if self.loosened or self._halving.share >= LOOSE_SHARE:
            return
        over = [t for t in self.trials.values() if t.seen.state is TrialState.COMPLETE]
        self.loosened = loosening([(trial.seen.best, trial.is_refereed) for trial in over])
        if self.loosened:
            self._halving.share = LOOSE_SHARE

    def finished(self) -> bool:
        """Tell whether nothing will be given any more, whatever running trials do."""
        return not self._running and not self._has_more()

    def hopeless(self) -> list[int]:
        """Return paused trials that cannot go on any more; without a target none is."""
        if self._target is None:
            return []
        return self._halving.hopeless(max(self._target - self.begun, 0))

    def by_least_hope(self) -> list[int]:
        """Return paused trials, the one with the least hope first."""
        return self._halving.by_least_hope()

    def owed(self) -> list[Owed]:
        """Return what trials that pass a rung train yet until they are judged."""
        return list(owed(self._draws, self._halving, self.trials, self.epochs))

    def _leave(self, number: int, state: TrialState) -> None:
        self._running.discard(number)
        if number in self._interrupted:
            self._interrupted.remove(number)
        self._seen.turn(self.trials[number].seen, state)
        self._draws.clear()

    def _has_more(self) -> bool:
        """Tell whether there is anything to give that is not held back by its score."""
        waits = self._interrupted or next(self._halving.promotable(), None) is not None
        return self.has_room or bool(waits)

    def _new(self, fits: Fits | None) -> New:
        return lambda config, reach: self._fits(fits, config, 0, reach)

    def _fits(self, fits: Fits | None, config: TrialConfig, known: int, reach: int) -> bool:
        until = self._halving.next_decision(known, reach) or self.epochs
        return fits is None or fits(config, known, until)

    def _fits_tracked(self, fits: Fits | None, number: int) -> bool:
        tracked, reach = self.trials[number], self._halving.reach_of(number)
        return tracked.config is None or self._fits(fits, tracked.config, tracked.epoch, reach)
