from __future__ import annotations

from dataclasses import replace

import pytest

from maskopt.report import wording
from maskopt.report.wording import (
    config_words,
    ending_words,
    part_words,
    plain,
    reason_of,
    states_words,
    varying,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (3599.6, "1 h"),
        (3661, "1 h 1 min"),
        (86_399.9, "1 d"),
    ],
)
def test_a_duration_carries_into_the_next_unit(seconds, words):
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07age", "age"),
        ("\x1b[2J\x1b[1;31mage\x1b[0m", "age"),
        ("a\rb\x08c\x9bd", "a b c d"),
        ("[bold]age[/bold] :smile:", "[bold]age[/bold] :smile:"),
        ("나이", "나이"),
    ],
    ids=["title", "colours", "controls", "markup", "wide"],
)
def test_text_of_users_cannot_move_the_cursor(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "no reason was given"),
        ("  \n", "no reason was given"),
        ("the worker died\n", "the worker died"),
        ("CudaError: bad\nadvice\nTraceback (most recent call last):\n  x", "CudaError: bad"),
        (
            "Traceback (most recent call last):\n  File x\n    y\nOSError: bad\nmore",
            "OSError: bad",
        ),
        ("Traceback (most recent call last):\nOSError: bad", "OSError: bad"),
    ],
    ids=["none", "blank", "line", "reason first", "traceback", "traceback without frames"],
)
def test_a_reason_is_the_line_that_says_what_was_raised(error, reason):
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("state", "scores", "error", "words"),
    [
        ("complete", (0.5, 0.7, 0.6), None, "trial 7 complete, f1 0.700 at epoch 2"),
        ("pruned", (0.643, 0.61), None, "trial 7 pruned at epoch 2 of 4, f1 0.643"),
        ("pruned", (), None, "trial 7 pruned without a report"),
        ("failed", (), "E: x\nTraceback", "trial 7 failed in its first epoch: E: x"),
        ("failed", (0.5,), "E: x", "trial 7 failed after epoch 1: E: x"),
        ("waiting", (0.5, 0.6), None, "trial 7 interrupted after epoch 2, it goes on from there"),
        (
            "waiting",
            (),
            "out of memory\n\nActorDiedError",
            "trial 7 interrupted in its first epoch, it goes on from there: out of memory",
        ),
    ],
)
def test_an_ending_is_told_in_one_line(trial, state, scores, error, words):
    assert ending_words(trial(7, state, *scores, error=error), "f1", 4) == words


def test_the_best_trial_is_told_when_it_ends(trial):
    words = "trial 7 complete, f1 0.500 at epoch 1, the best so far"
    assert ending_words(trial(7, "complete", 0.5), "f1", 4, is_best=True) == words


def test_what_varies_is_found_with_parameters_behind_their_choice(config):
    configs = [config(), config("cross_entropy"), config() | {"loss.focal.gamma": 1.0}]
    assert varying(configs) == ("loss", "loss.focal.gamma")


def test_one_config_alone_shows_nothing_that_varies(config):
    assert varying([config()]) == ()


def test_a_config_is_told_part_by_part(config):
    paths = ("lr", "loss", "loss.focal.gamma", "loss.lade.weight")
    assert config_words(config(), paths) == "lr 0.0012 focal(gamma=2)"
    assert config_words(config(), (), always=("backbone",)) == "mobilenetv2_035"
    assert config_words({}, paths) == ""


def test_a_parameter_that_varies_shows_its_option_even_where_the_choice_is_settled(config):
    assert part_words(config(), ("loss.focal.gamma",)) == {"loss": "focal(gamma=2)"}


def test_an_option_that_is_a_number_keeps_its_parameters():
    config = {"image_size": 96, "image_size.96.crop": 0.9}
    assert part_words(config, tuple(config)) == {"image_size": "96(crop=0.9)"}


def test_only_states_that_occur_are_told():
    assert states_words({"complete": 3, "pruned": 0, "failed": 1}) == "3 complete, 1 failed"
    assert states_words({"complete": 0}) == "no trials"


def test_a_pause_is_no_interruption(trial):
    paused = replace(trial(7, "waiting", 0.61, 0.5), paused=2)
    assert ending_words(paused, "f1", 8) == "trial 7 paused at epoch 2 of 8, f1 0.610"


def test_a_heads_own_loss_is_a_part_with_its_parameters():
    config = {
        "loss": "focal",
        "head_losses.mask+age": "lade",
        "head_losses.mask+age.lade.weight": 0.3,
        "head_losses.mask+age.lade.penalty": 0.1,
        "head_weights": "fixed",
        "head_weights.fixed.mask+age": 2.0,
    }
    other = {**config, "head_losses.mask+age.lade.weight": 0.5, "head_weights.fixed.mask+age": 1.0}
    paths = varying([config, other])
    assert paths == ("head_losses.mask+age.lade.weight", "head_weights.fixed.mask+age")
    assert config_words(config, paths) == (
        "head_losses.mask+age lade(weight=0.3) head_weights fixed(mask+age=2)"
    )
