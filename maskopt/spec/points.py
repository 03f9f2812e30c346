"""The `try_first` of a search-space file: points and recipes, fitted to its space."""

from __future__ import annotations

from pathlib import Path

from maskopt.catalog.parts import split_path
from maskopt.catalog.recipes import RECIPES
from maskopt.errors import did_you_mean
from maskopt.space import Choice, Domain, Option, SearchSpace, Value, show_value
from maskopt.spec.head_keys import spread
from maskopt.spec.members import in_words, read_member
from maskopt.spec.nodes import Fields, Items, Node, Text, from_plain
from maskopt.spec.places import Complaint, Notes, Place, Source, unknown

Point = dict[str, Value]


def read_points(
    node: Node | None,
    space: SearchSpace,
    attributes: tuple[str, ...],
    notes: Notes,
    *,
    is_overridden: bool = False,
) -> tuple[Point, ...]:
    """Return the points to try first; whatever is wrong with them goes to `notes`.

    A file's own points were written for its own space: where an option of the command line has
    changed that, what no longer fits is drawn, and a warning says so. What a point says of a key
    that could not be read is not judged: it may be right.

    Args:
        node: What stands under `try_first`.
        space: What points must lie in.
        attributes: What the study learns, which some recipes depend on.
        notes: Takes complaints, and warnings of what a recipe has and the space has not; knows
            which keys of the space are broken.
        is_overridden: Whether the space is not the file's own.
    """
    if node is None or (isinstance(node, Text) and node.is_none):
        return ()
    if not isinstance(node, Items):
        message = "`try_first` must be a list of recipes and points"
        write = "`try_first: [recipe B, {lr: 1e-3}]`"
        notes.complain(node.place, f"{message}, got {node}; write {write}")
        return ()
    points: list[Point] = []
    for item in node.items:
        judged = _judges(item, notes, is_overridden)
        for point in judged.collect(_read_point, item, space, attributes, judged):
            if point and point not in points:
                points.append(point)
        if judged is not notes and item.place.source.rank == 0:
            notes.warnings += judged.warnings
            notes.warnings += [f"{each.message}; it is drawn" for each in judged.complaints]
    return tuple(points)


def _judges(item: Node, notes: Notes, is_overridden: bool) -> Notes:
    """Return what takes complaints about a point: not the file's where nobody wrote it for it.

    A preset's recipes are tried as far as they fit, whatever the file; it need not be said.
    """
    rank = item.place.source.rank
    return Notes() if rank == 1 or (is_overridden and rank == 0) else notes


def _read_point(
    node: Node, space: SearchSpace, attributes: tuple[str, ...], notes: Notes
) -> Point:
    if isinstance(node, Text):
        if node.text not in RECIPES:
            message = unknown("recipe", node.text, RECIPES, "try_first")
            raise Complaint(node.place, message)
        return _recipe_point(node.text, space, attributes, notes)
    if not isinstance(node, Fields) or not node.fields:
        message = f"a point of `try_first` must be a mapping such as {{lr: 1e-3}}, got {node}"
        raise Complaint(node.place, message)
    point = _Point(space)
    said = [each for each in spread(node) if _is_sound(each[0], notes)]
    for path, value, place in said:
        notes.attempt(None, point.add, path, value, place, notes)
    for path, value, place in said:
        if not isinstance(value, Fields):
            notes.attempt(None, point.check_parent, path, place)
    return point.varying()


def _recipe_point(
    recipe: str, space: SearchSpace, attributes: tuple[str, ...], notes: Notes
) -> Point:
    point, place = _Point(space), Place(Source(recipe, Path()))
    left: list[str] = []
    varying = dict(space.varying())
    for path, value in RECIPES[recipe].point_for(attributes).items():
        if any(path.startswith(f"{start}.") for start in left):
            continue
        found = Notes()
        found.attempt(None, point.add, path, from_plain(value, place), place, found)
        if found.complaints:
            left.append(path)
            what = "it is drawn" if path in varying else "another is fixed"
            notes.warnings.append(
                f"try_first: {recipe}: {path} {show_value(value)} is not in the space; {what}"
            )
    return point.varying()


def _is_sound(path: str, notes: Notes) -> bool:
    """Tell whether what the space says of a path could be read."""
    return path.partition(".")[0] not in notes.broken


class _Point:
    """A point that is being read: the values of its dotted paths, and their domains."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.values: Point = {}
        self.domains: dict[str, Domain] = {}

    def add(self, path: str, node: Node, place: Place, notes: Notes) -> None:
        """Add what stands at a dotted path, which may be a name with parameters of its own."""
        name, rest = split_path(path)
        if name not in self.space.domains:
            raise Complaint(place, unknown("key", name, self.space.domains, "try_first"))
        domain = self.space.domains[name]
        if rest and isinstance(node, Fields):
            whole = Fields(node.place, {rest: node}, {rest: place})
            self.add_option(name, domain, whole, notes)
        elif rest:
            option, key = _split(name, domain, rest, place)
            self.add_inside(f"{name}.{option.name}", option, key, node, place)
        elif isinstance(node, Fields):
            self.add_option(name, domain, node, notes)
        else:
            self.put(name, domain, node)

    def add_option(self, name: str, domain: Domain, node: Fields, notes: Notes) -> None:
        """Add `focal: {gamma: 2}` under `loss`."""
        if len(node.fields) != 1 or not isinstance(domain, Choice):
            message = f"`try_first`: {name} takes a value of the space, got {node}"
            raise Complaint(node.place, message)
        ((chosen, inside),) = node.fields.items()
        self.put(name, domain, Text(node.keys[chosen], chosen))
        option = domain.option(self.values[name])
        given = inside.fields if isinstance(inside, Fields) else {}
        for key, value in given.items():
            path, place = f"{name}.{chosen}", node.keys[chosen]
            notes.attempt(None, self.add_inside, path, option, key, value, place)

    def add_inside(self, path: str, option: Option, key: str, node: Node, place: Place) -> None:
        """Add a parameter of an option."""
        if key not in option.parameters:
            hint = did_you_mean(key, option.parameters)
            message = f"`try_first`: {path} has no parameter {key!r} in this space{hint}"
            raise Complaint(place, message)
        self.put(f"{path}.{key}", option.parameters[key], node)

    def put(self, path: str, domain: Domain, node: Node) -> None:
        """Add a plain value."""
        if path in self.values:
            raise Complaint(node.place, f"`try_first`: {path} stands twice in one point")
        self.values[path] = read_member(domain, node, path)
        self.domains[path] = domain

    def check_parent(self, key: str, place: Place) -> None:
        """Take what a parameter belongs to as chosen, where the point does not say so."""
        name, rest = split_path(key)
        if not rest or name not in self.space.domains:
            return
        option, _ = _split(name, self.space.domains[name], rest, place)
        chosen = self.values.setdefault(name, option.name)
        self.domains[name] = self.space.domains[name]
        if chosen != option.name:
            message = f"`try_first`: {key} belongs to {option.name}, but {name} is {chosen}"
            raise Complaint(place, message)

    def varying(self) -> Point:
        """Return what is to be suggested: settled values are so anyway."""
        order = [path for path, _ in self.space.varying()]
        return {path: self.values[path] for path in order if path in self.values}


def _split(name: str, domain: Domain, rest: str, place: Place) -> tuple[Option, str]:
    """Return the option and its parameter's name; names of backbones may hold dots."""
    options = domain.options if isinstance(domain, Choice) else ()
    for option in sorted(options, key=lambda option: -len(str(option.name))):
        if rest.startswith(f"{option.name}."):
            return option, rest[len(str(option.name)) + 1 :]
    has = in_words(domain)
    raise Complaint(place, f"`try_first`: {name}.{rest} is not in the space: {name} has {has}")
