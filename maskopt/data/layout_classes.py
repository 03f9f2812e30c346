"""One folder a class of one attribute; photos may lie deeper in it."""

from __future__ import annotations

from pathlib import Path

from maskopt.data.facts import Facts
from maskopt.data.listing import Listing
from maskopt.data.problems import Problems
from maskopt.labels import Attribute

LOOKS = "one folder a class of one attribute: wear/a.jpg, incorrect/b.jpg, not_wear/c.jpg"


def read_classes(
    root: Path, listing: Listing, attributes: tuple[Attribute, ...], problems: Problems
) -> Facts | None:
    """Return one fact of each photo, the name of its outermost folder.

    Args:
        root: Holds the classes' folders.
        listing: What lies there.
        attributes: The study's attributes; the layout knows one.
        problems: Gathers what is wrong.
    """
    if len(attributes) != 1:
        names = ", ".join(attribute.name for attribute in attributes)
        problems.say(
            f"layout `classes` knows one attribute, the study needs {len(attributes)} ({names}); "
            "learn one of them, or write a manifest with a column each"
        )
        return None
    loose = [path for path in listing.photos if "/" not in path]
    one = "photo lies in no class's folder and is ignored"
    many = "photos lie in no class's folder and are ignored"
    problems.warn(loose, one, many, "move it into the folder of its class")
    paths = [path for path in listing.photos if "/" in path]
    folders = [path.partition("/")[0] for path in paths]
    name = attributes[0].name
    named = frozenset({name} if set(folders) & set(attributes[0].classes) else ())
    return Facts(root, "classes", paths, {name: folders}, named)
