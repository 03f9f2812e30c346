from maskopt.records import Repeat
from maskopt.study.reading import list_studies, read_study


def test_repeats_are_kept_beside_their_trial_and_read_by_all(sweeper):
    study = sweeper.open()
    sweeper.run(study)
    sweeper.run(study)
    second, tenth = Repeat(2, 0.75, 3, 8.5), Repeat(10, 0.5, 1, 9.0)
    study.add_repeat(1, tenth)
    study.add_repeat(1, second)
    assert [trial.repeats for trial in study.record().trials] == [(), (second, tenth)]
    assert read_study(sweeper.url, "age") == study.record()
    assert list_studies(sweeper.url) == [study.record()]


def test_repeats_count_for_neither_target_nor_searcher(sweeper):
    study = sweeper.open(trials=2)
    sweeper.run(study)
    study.add_repeat(0, Repeat(1, 0.75, 3, 8.5))
    assert not study.finished()
    sweeper.run(study)
    assert study.finished()
    assert len(study.strategy.trials) == 2


def test_a_repeat_that_is_kept_twice_is_one(sweeper):
    study = sweeper.open()
    sweeper.run(study)
    study.add_repeat(0, Repeat(1, 0.5, 3, 8.5))
    study.add_repeat(0, Repeat(1, 0.6, 3, 8.5))
    sweeper.die(study)
    assert sweeper.open().record().trials[0].repeats == (Repeat(1, 0.6, 3, 8.5),)
