"""What changes a file before it is checked: a preset, `--set`, and other options."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.catalog.parts import HEAD_LOSSES, PARTS
from maskopt.errors import did_you_mean
from maskopt.spec.nodes import Fields, Items, Node, Text, from_plain, parse
from maskopt.spec.places import Complaint, Notes, Place, Source, listed, unknown
from maskopt.spec.times import write_seconds
from maskopt.spec.values import shown

PRESETS = ("demo", "quick", "standard", "overnight")
_OF_NAMES = {"searcher", "pruner", *(f"space.{key}" for key in PARTS)}
_WHOLE = {"searcher", "pruner", "heads", "auxiliary", "try_first", "data.attributes"}


@dataclass(frozen=True)
class Options:
    """What the command line says beside the file.

    Attributes:
        sets: `KEY=VALUE` of every `--set`.
        data: `--data`, a path.
        study: `--study`, a name; of several models, what their names begin with.
        trials: `--trials`.
        seconds: `--time`, or what is left until `--deadline`.
        gpus_per_trial: `--gpus-per-trial`.
        model: `--model`, where the file is of several.
    """

    sets: Sequence[str] = ()
    preset: str | None = None
    data: str | None = None
    study: str | None = None
    trials: int | None = None
    seconds: float | None = None
    gpus_per_trial: float | None = None
    model: str | None = None

    @property
    def change_space(self) -> bool:
        """Whether the space is not the file's own any more."""
        return self.preset is not None or any(text.startswith("space") for text in self.sets)


def apply_options(root: Fields, options: Options, notes: Notes) -> Fields:
    """Return a file's tree with a preset, every `--set`, and the other options laid over it."""
    if options.preset is not None:
        for overlay in notes.collect(_read_preset, options.preset, notes):
            # With photos of one's own, what a preset says of drawn people does not hold.
            own = options.data is not None or any(
                s.startswith("data.photos") for s in options.sets
            )
            written = root.fields.get("try_first")
            root = merge(root, without(overlay, "data") if own else overlay, "")
            root = _tried_first(root, written)
    for number, text in enumerate(options.sets):
        root = notes.attempt(root, _set, root, text, set_place(text, number), notes)
    for key, value, name in _others(options):
        place = Place(Source(name, Path.cwd(), rank=2 + len(options.sets)))
        root = notes.attempt(root, put, root, key.split("."), from_plain(value, place))
    return root


def set_place(text: str, number: int) -> Place:
    """Return where complaints about a `--set` point, given how many were typed before it."""
    return Place(Source(f"--set {text}", Path.cwd(), 2 + number, has_lines=False))


def _tried_first(root: Fields, written: Node | None) -> Fields:
    """What a preset tries first comes after what the file does; where it says nothing, nothing."""
    more = root.fields.get("try_first")
    if isinstance(written, Items) and isinstance(more, Items) and more.items and more != written:
        both = Items(written.place, (*written.items, *more.items))
        return _with(root, "try_first", both, written.place)
    return root


def _others(options: Options) -> Iterator[tuple[str, object, str]]:
    if options.data is not None:
        yield "data.photos", options.data, f"--data {options.data}"
    if options.study is not None:
        yield "study", options.study, f"--study {options.study}"
    if options.trials is not None:
        yield "budget.trials", options.trials, f"--trials {options.trials}"
    if options.seconds is not None:
        time = write_seconds(options.seconds) if options.seconds > 0 else f"{options.seconds}s"
        yield "budget.time", time, f"--time {time}"
    if options.gpus_per_trial is not None:
        gpus, said = options.gpus_per_trial, f"--gpus-per-trial {options.gpus_per_trial:g}"
        yield "budget.gpus_per_trial", gpus, said
        yield "budget.trials_per_device", None, said


def _read_preset(name: str, notes: Notes) -> Fields:
    source = Source(f"preset {name}", Path.cwd(), 1, has_lines=False)
    if name not in PRESETS:
        raise Complaint(Place(Source("--preset", Path.cwd(), 1)), unknown("preset", name, PRESETS))
    file = Path(__file__).parent / "presets" / f"{name}.yaml"
    node = parse(file.read_text(encoding="utf-8"), source, notes)
    assert isinstance(node, Fields)
    return node


def merge(base: Fields, overlay: Fields, path: str) -> Fields:
    """Return a tree with another laid over it.

    Mappings are laid over mappings; a domain, a part or a list replaces what was there.

    Args:
        base: What is changed.
        overlay: What is laid over it.
        path: Where both stand; empty for a whole file.
    """
    for key, value in overlay.fields.items():
        where = f"{path}.{key}" if path else key
        old = base.fields.get(key)
        nested = where not in _WHOLE and path != "space"
        if isinstance(old, Fields) and isinstance(value, Fields) and nested:
            value = merge(old, value, where)
        base = _with(base, key, value, overlay.keys[key])
        if path == "data":
            base = _one_source_of_photos(base, key)
    return base


def _with(base: Fields, key: str, value: Node, place: Place) -> Fields:
    return Fields(base.place, {**base.fields, key: value}, {**base.keys, key: place})


def without(base: Fields, *keys: str) -> Fields:
    """Return a mapping without some of its keys."""
    fields = {key: value for key, value in base.fields.items() if key not in keys}
    return Fields(base.place, fields, base.keys)


def _one_source_of_photos(data: Fields, key: str) -> Fields:
    """Photos on disk replace built-in people, and the other way round."""
    if key == "photos":
        return without(data, "built_in_people")
    return without(data, "photos", "corrections") if key == "built_in_people" else data


def _set(root: Fields, text: str, place: Place, notes: Notes) -> Fields:
    key, equals, value = text.partition("=")
    keys = key.strip().split(".")
    if not equals or not all(keys):
        message = "`--set` takes KEY=VALUE with a dotted key, such as budget.epochs=3"
        raise Complaint(place, message)
    return put(root, keys, _unlined(parse(value, place.source, notes), place))


def _unlined(node: Node, place: Place) -> Node:
    """Lines mean nothing in a value of the command line."""
    if isinstance(node, Fields):
        fields = {key: _unlined(value, place) for key, value in node.fields.items()}
        return Fields(place, fields, dict.fromkeys(fields, place))
    if isinstance(node, Items):
        return Items(place, tuple(_unlined(item, place) for item in node.items))
    return Text(place, node.text)


def put(base: Fields, keys: Sequence[str], value: Node, path: str = "") -> Fields:
    """Return a mapping with a value put at dotted keys, mappings being made on the way.

    Args:
        base: What is changed.
        keys: The dotted key's words.
        value: What is put there.
        path: Where `base` stands, for complaints.

    Raises:
        Complaint: Something on the way has no keys.
    """
    key, rest = first_key(base.fields, keys)
    where = f"{path}.{key}" if path else key
    place = base.keys[key] if key in base.keys and rest else value.place
    changed = _with(base, key, _put_inside(base.fields.get(key), rest, value, where), place)
    return _one_source_of_photos(changed, key) if path == "data" else changed


def _put_inside(base: Node | None, keys: Sequence[str], value: Node, path: str) -> Node:
    if not keys:
        return value
    if base is None or (isinstance(base, Text) and base.is_none):
        return put(Fields(value.place, {}, {}), keys, value, path)
    if isinstance(base, Fields):
        return put(base, keys, value, path)
    items = base.items if isinstance(base, Items) else (base,)
    options = [_as_option(item) for item in items]
    key, _ = first_key([name for option in options for name in option.fields], keys)
    for number, option in enumerate(options):
        if key in option.fields and _is_of_names(path):
            changed = put(option, keys, value, path)
            if isinstance(base, Text):
                return changed
            return Items(base.place, (*items[:number], changed, *items[number + 1 :]))
    raise Complaint(value.place, _nothing_inside(base, keys[0], options, path))


def _is_of_names(path: str) -> bool:
    return path in _OF_NAMES or path.startswith(f"space.{HEAD_LOSSES}.")


def first_key(known: Collection[str], keys: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the key that is meant, and what follows; names of backbones may hold dots.

    Args:
        known: Keys that are there; where none of them is meant, it is the first word.
        keys: The dotted key's words.
    """
    for count in range(len(keys), 0, -1):
        if (key := ".".join(keys[:count])) in known:
            return key, keys[count:]
    return keys[0], keys[1:]


def _as_option(item: Node) -> Fields:
    """Return `focal` as `focal: {}`, so that it can be given a parameter."""
    if isinstance(item, Text):
        inside = Fields(item.place, {}, {})
        return Fields(item.place, {item.text: inside}, {item.text: item.place})
    return item if isinstance(item, Fields) else Fields(item.place, {}, {})


def _nothing_inside(base: Node, key: str, options: Sequence[Fields], path: str) -> str:
    names = [name for option in options for name in option.fields]
    if _is_of_names(path):
        hint = did_you_mean(key, names) or f"; it has {listed(names)}"
        return f"`{path}` has no option {key!r}{hint}"
    return f"`{path}` is {shown(base)}, which has no {key!r}; set `{path}` as a whole"
