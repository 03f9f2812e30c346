"""A finished vote that stands in a sweep's place, and what may not take that from it."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.bundle import read_bundle, seal, staging
from maskopt.errors import BundleError
from maskopt.export.joining import join_bundles
from maskopt.export.options import ExportOptions
from maskopt.plan.alarm import OutOfTime
from maskopt.records import StudyRecord
from maskopt.sweep import delivery, joined
from maskopt.sweep.earlier import earlier_vote
from tests.export.test_joining import AGE, MASK, bundle_at

RECORD = StudyRecord("ages", "macro_f1")
STAYS = "age.bundle stays: 4 networks of study 'ages' vote in it, more than the best trial's 1"


def fails(error: BaseException) -> Callable[[], Any]:
    def vote() -> Any:
        raise error

    return vote


class Place:
    """Where a bundle is to stand, and the best trial's own one, of one network."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.output = folder, folder / "age.bundle"
        self.best = bundle_at(folder / "best.bundle", "ages", AGE)
        self.stage: Any = SimpleNamespace(
            spec=SimpleNamespace(study="ages"), scene=SimpleNamespace(place=self.best)
        )

    @property
    def networks(self) -> int:
        return sum(len(member.weights) for member in read_bundle(self.output).members)

    def earlier(self, *studies: str, best: tuple[Path, ...] | None = None) -> str | None:
        places = (self.best,) if best is None else best
        found = earlier_vote(self.output, studies or ("ages",), places, "the best trial's")
        return None if found is None else found.words.removeprefix(f"{self.folder}/")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setattr(delivery, "best_place", lambda stage, record: made.best)
    return made


def says(capsys: pytest.CaptureFixture[str], place: Place) -> list[str]:
    return capsys.readouterr().err.replace(f"{place.folder}/", "").splitlines()


def test_a_killed_sweeps_vote_stays_where_there_is_no_time_for_another(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_at(place.output, "ages", AGE, members=4)
    stands = delivery.deliver_late(place.stage, place.output, RECORD)
    assert stands == read_bundle(place.output)
    assert place.networks == 4
    assert says(capsys, place) == [f"note: {STAYS}"]


@pytest.mark.parametrize(
    ("study", "members"), [("ages", 1), ("others", 4)], ids=["no more", "other study"]
)
def test_what_is_no_more_or_of_another_study_makes_way_for_the_best_trial(
    place: Place, study: str, members: int, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_at(place.output, study, AGE, members=members, score=0.75)
    stands = delivery.deliver_late(place.stage, place.output, RECORD)
    assert stands == read_bundle(place.output) == read_bundle(place.best)
    assert says(capsys, place) == []


@pytest.mark.parametrize(
    ("vote", "told"),
    [
        (lambda: None, f"note: {STAYS}"),
        (fails(OutOfTime()), f"note: the vote was not composed in time; {STAYS}"),
        (fails(delivery.NoVote("none is whole")), f"note: none is whole; {STAYS}"),
        (
            fails(BundleError("the disk is full")),
            f"warning: the vote could not be composed: the disk is full; {STAYS}",
        ),
    ],
    ids=["nothing fits", "out of time", "no vote", "an error"],
)
def test_an_earlier_vote_stays_where_the_new_one_does_not_come_about(
    place: Place, vote: Any, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_at(place.output, "ages", AGE, members=4)
    stands = delivery.deliver_in_time(
        place.output,
        vote,
        lambda: pytest.fail("the best trial replaces the vote"),
        lambda: delivery._earlier(place.stage, place.output, place.best),
        None,
        delivery.ALONE,
    )
    assert stands == read_bundle(place.output)
    assert says(capsys, place) == [told]


def test_a_vote_that_stood_already_when_the_alarm_rang_is_what_is_told(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    def vote() -> Any:
        bundle_at(place.output, "ages", AGE, members=4)
        raise OutOfTime

    stands = delivery.deliver_in_time(
        place.output,
        vote,
        lambda: delivery._copy_best(place.output, place.best),
        lambda: delivery._earlier(place.stage, place.output, place.best),
        None,
        delivery.ALONE,
    )
    assert stands == read_bundle(place.output)
    assert place.networks == 4
    assert says(capsys, place) == [f"note: the vote was not composed in time; {STAYS}"]


def test_a_study_made_anew_on_other_photos_does_not_keep_the_old_ones_vote(place: Place) -> None:
    old = read_bundle(bundle_at(place.folder / "old.bundle", "ages", AGE, members=4))
    with staging(place.output) as folder:
        copytree(place.folder / "old.bundle", folder, dirs_exist_ok=True)
        (folder / "bundle.json").unlink()
        old.facts["splits"][0]["fingerprint"] = "90 photos (0123456789ab)"
        seal(folder, old, {})
    assert place.earlier() is None


def test_what_answers_less_or_is_broken_or_nothing_at_all_does_not_stay(place: Place) -> None:
    assert place.earlier() is None
    bundle_at(place.output, "ages", MASK, members=4)
    assert place.earlier() is None
    bundle_at(place.output, "ages", AGE, members=4)
    assert place.earlier(best=()) is None, "nothing would take its place"
    assert place.earlier() == STAYS
    (place.output / "members/ages-0.safetensors").write_text("broken")
    assert place.earlier() is None


def joined_vote(place: Place, ages: int, masks: int) -> None:
    parts = [
        bundle_at(place.folder / "a", "ages", AGE, members=ages),
        bundle_at(place.folder / "m", "masks", MASK, members=masks),
    ]
    join_bundles(parts, place.output)


def test_a_vote_of_several_studies_stays_where_their_best_trials_are_less(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "_fitting", lambda *given: ())
    monkeypatch.setattr(joined, "_fall_back", lambda *given: "the best trials")
    bests = [place.best, bundle_at(place.folder / "masks.bundle", "masks", MASK)]
    ballots: Any = [SimpleNamespace(best=best) for best in bests]
    options = ExportOptions(("ages", "masks"), place.output, studies=place.folder)
    joined_vote(place, 2, 1)
    assert joined.deliver_joined(options, ballots, None) == read_bundle(place.output)
    assert says(capsys, place) == [
        "note: not all studies have networks that can vote in time; age.bundle stays: 3 networks "
        "of studies 'ages', 'masks' vote in it, more than the best trials' 2"
    ]
    joined_vote(place, 1, 1)
    assert joined.deliver_joined(options, ballots, None) == "the best trials"


def test_a_study_that_brings_nothing_today_keeps_its_part_of_the_vote(place: Place) -> None:
    joined_vote(place, 2, 1)
    assert place.earlier() is None, "the command is of one study alone"
    assert place.earlier("ages", "masks") == (
        "age.bundle stays: 3 networks of studies 'ages', 'masks' vote in it, more than the best "
        "trial's 1"
    )
