"""What is printed of a bundle: who votes and why, what it scores, where it lies, what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from maskopt.ensembles import Bundle
from maskopt.errors import plural
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import config_words, plain, score_words, varying

_DIGITS = 4


def export_summary(
    bundle: Bundle, places: Mapping[str, str], next_commands: Sequence[str]
) -> Group:
    """Return what is printed when a bundle was exported.

    Args:
        bundle: What it says of itself; the forms of its facts are those of `bundle.card`.
        places: Where everything lies, by name.
        next_commands: What can be typed next, exactly.
    """
    facts = bundle.facts
    sections = [
        _compared(facts),
        _reason(facts),
        _members(bundle),
        _scores(facts),
        _places(places),
        _next(next_commands),
    ]
    blank: list[RenderableType] = [Text()]
    shown = [[*section, *blank] for section in sections if section]
    return Group(*list(chain.from_iterable(shown))[:-1])


def _compared(facts: Mapping[str, Any]) -> list[RenderableType]:
    columns = (
        Column("of"),
        Column("vote"),
        Column("members", right=True),
        Column(_objective(facts), right=True),
        Column("95 % interval", right=True),
        Column(style="bold green"),
    )
    rows = [
        [part["of"], row["strategy"], str(row["members"]), *_interval(row), _taken(part, row)]
        for part in facts.get("compared", ())
        for row in part["rows"]
    ]
    return [Text("who votes, each judged on photos unseen", "bold"), Grid(columns, rows)]


def _taken(part: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return "taken" if row["strategy"] == part.get("chosen") else ""


def _objective(facts: Mapping[str, Any]) -> str:
    return str(facts.get("objective", "score")).replace("_", " ")


def _interval(score: Mapping[str, Any]) -> list[str]:
    low, high = (score_words(score[key], _DIGITS) for key in ("low", "high"))
    return [score_words(score["score"], _DIGITS), f"{low} to {high}"]


def _reason(facts: Mapping[str, Any]) -> list[RenderableType]:
    lines = [facts.get("reason", ""), *facts.get("notes", ())]
    return [Text(plain(line)) for line in lines if line]


def _members(bundle: Bundle) -> list[RenderableType]:
    paths = varying(member.config for member in bundle.members)
    rows = [
        [
            member.name,
            _shares(bundle, place),
            plural(len(member.weights), "network"),
            config_words(member.config, ["backbone", "image_size", *paths]),
        ]
        for place, member in enumerate(bundle.members)
    ]
    columns = (Column("member"), Column("vote share"), Column(""), Column("configuration"))
    return [Text("members", "bold"), Grid(columns, rows)]


def _shares(bundle: Bundle, place: int) -> str:
    shares = {
        "+".join(ensemble.attributes): ensemble.shares[place]
        for ensemble in bundle.ensembles
        if place in ensemble.shares
    }
    return ", ".join(f"{share:.0%} of {plain(names)}" for names, share in shares.items())


def _scores(facts: Mapping[str, Any]) -> list[RenderableType]:
    scores = facts.get("scores", {})
    named = {**scores.get("attributes", {})}
    if scores.get("joint"):
        named["all together"] = scores["joint"]
    rows = [[name, *_interval(score), f"{score['photos']:,}"] for name, score in named.items()]
    columns = (
        Column("attribute"),
        Column(_objective(facts), right=True),
        Column("95 % interval", right=True),
        Column("photos", right=True),
    )
    lines = [scores.get("how", "")]
    if len(named) > 1 and not scores.get("joint"):
        lines.append(scores.get("joint_reason", ""))
    return [
        Text("what the bundle scores", "bold green"),
        Grid(columns, rows),
        *(Text(plain(line), "dim") for line in lines if line),
    ]


def _places(places: Mapping[str, str]) -> list[RenderableType]:
    columns = [Column(style="dim"), Column()]
    grid = Grid(columns, list(places.items()), folds=False, indent=2)
    return [Text("where everything lies", "bold"), grid]


def _next(commands: Sequence[str]) -> list[RenderableType]:
    lines = [Text(f"  {plain(command)}", "cyan") for command in commands]
    return [Text("next", "bold"), *lines]
