"""The `space` of a search-space file: every key of the catalog, with defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.backbone_options import refuse_keyword
from maskopt.catalog.backbones import installed_backbones, keywords_of, plain_name
from maskopt.catalog.optimizers import REFUSED_OPTIMIZERS
from maskopt.catalog.parts import (
    BACKBONE_NAMED,
    BACKBONE_PARAMETERS,
    DEFAULT_PARTS,
    HEAD_LOSSES,
    NUMBERS,
    PARTS,
)
from maskopt.errors import did_you_mean
from maskopt.space import Choice, Domain, Fixed, Option, SearchSpace
from maskopt.spec.domains import Names, read_domain, read_options
from maskopt.spec.head_keys import WEIGHTS, read_head_losses, whole_weights
from maskopt.spec.nodes import Fields, Node
from maskopt.spec.places import Complaint, Notes, Place, unknown

KEYS = (*PARTS, HEAD_LOSSES, *NUMBERS)
"""Every key of a space, in the order in which trials draw them."""


def read_space(node: Node | None, notes: Notes) -> SearchSpace:
    """Return the search space; whatever is wrong with it goes to `notes`, with the broken keys."""
    given = _given(node, notes)
    domains: dict[str, Domain] = {}
    for key in KEYS:
        before = len(notes.complaints)
        if key == HEAD_LOSSES:
            losses = names_of("loss", PARTS["loss"])
            domains |= read_head_losses(given.get(key), losses, notes)
        else:
            domains[key] = _read_key(key, given.get(key), notes)
        if len(notes.complaints) > before:
            notes.broken.add(key)
    return SearchSpace(domains)


def _given(node: Node | None, notes: Notes) -> Mapping[str, Node]:
    if not isinstance(node, Fields):
        notes.broken |= set(KEYS)
        if node is not None:
            message = f"`space` must be a mapping, got {node}"
            notes.complain(node.place, f"{message}; write `space: {{backbone: resnet18}}`")
        return {}
    for key in node.fields:
        if key not in KEYS:
            notes.complain(node.keys[key], unknown_key(key))
            notes.broken |= set(KEYS) - set(node.fields)  # one of them may have been meant
    if "backbone" not in node.fields:
        message = "`space.backbone` is missing; name a timm model: `backbone: resnet18`"
        notes.complain(node.place, message)
        notes.broken.add("backbone")
    return node.fields


def unknown_key(key: str) -> str:
    """Return the complaint about a key that a space does not have."""
    return unknown("key", key, KEYS, "space")


def _read_key(key: str, node: Node | None, notes: Notes) -> Domain:
    path = f"space.{key}"
    if key in NUMBERS:
        default = Fixed(NUMBERS[key].default)
        if node is None:
            return default
        return notes.attempt(default, read_domain, node, path, NUMBERS[key], notes)
    names = _backbone_names(notes) if key == "backbone" else names_of(key, PARTS[key])
    default_choice = _default(key)
    if node is None:
        return default_choice
    whole = whole_weights(node) if key == WEIGHTS else node
    return notes.attempt(default_choice, read_options, whole, path, names, notes)


def _default(key: str) -> Choice:
    name = DEFAULT_PARTS.get(key, "")
    parameters = PARTS[key][name].parameters if name else {}
    domains: dict[str, Domain] = {k: Fixed(p.default) for k, p in parameters.items()}
    return Choice((Option(name, domains),))


def names_of(noun: str, table: Mapping[str, Entry]) -> Names:
    """Return the names of a table of the catalog, with their parameters."""
    return Names(
        partial(_check_name, noun, table),
        lambda name: table[name].parameters,
        named=lambda name: table[name].named,
    )


def _check_name(noun: str, table: Mapping[str, Entry], name: str, place: Place) -> None:
    if name in table:
        return
    if noun == "optimizer":
        _refuse_optimizer(name, place)
    raise Complaint(place, unknown(noun, name, table))


def _refuse_optimizer(name: str, place: Place) -> None:
    reason = REFUSED_OPTIMIZERS.get(name)
    if name.startswith("lookahead_"):
        reason = f"timm's Lookahead is not offered; write {name.removeprefix('lookahead_')}"
    if reason is not None:
        raise Complaint(place, f"the optimizer {name!r} cannot be chosen: {reason}")


def _backbone_names(notes: Notes) -> Names:
    parameters: Callable[[str], Mapping[str, Parameter]] = lambda _: BACKBONE_PARAMETERS  # noqa: E731
    return Names(
        partial(_check_backbone, notes),
        parameters,
        fill=False,
        named=lambda _: BACKBONE_NAMED,
        refuse=lambda name, key: refuse_keyword(name, key, keywords_of(name)),
    )


def _check_backbone(notes: Notes, name: str, place: Place) -> None:
    known = installed_backbones()
    if known is None:
        warning = "timm is not installed here, so backbones' names were not checked"
        if warning not in notes.warnings:
            notes.warnings.append(warning)
        return
    bare = plain_name(name)
    if bare in known.names:
        return
    if name in known.renamed:
        message = f"timm calls the backbone {name!r} now {known.renamed[name]!r}; write that"
        raise Complaint(place, message)
    near = did_you_mean(bare.rpartition("/")[2], known.names)
    raise Complaint(place, f"unknown backbone {name!r}: timm has none of that name{near}")
