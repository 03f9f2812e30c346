"""Which of the three layouts photos are in, and what each says of them."""

from __future__ import annotations

from pathlib import Path

from maskopt.data import layout_classes, layout_manifest, layout_people
from maskopt.data.facts import Facts
from maskopt.data.layout_classes import read_classes
from maskopt.data.layout_manifest import read_manifest
from maskopt.data.layout_people import is_person, read_people
from maskopt.data.listing import EXTENSIONS, Listing, list_photos
from maskopt.data.problems import Problems, first_of, shown
from maskopt.errors import did_you_mean, plural
from maskopt.labels import Attribute

_LOOKED_INTO = 20  # folders that are tried when photos may lie one level deeper


def read_facts(
    photos: Path, layout: str | None, attributes: tuple[Attribute, ...], problems: Problems
) -> Facts | None:
    """Return what a folder or manifest says of its photos; none where that cannot be read.

    Args:
        photos: A folder, or a manifest.
        layout: `people`, `classes` or `manifest`; none is guessed.
        attributes: The study's attributes.
        problems: Gathers what is wrong.
    """
    if not is_there(photos, problems):
        return None
    if photos.is_file():
        return _read_file(photos, layout, problems)
    if layout == "manifest":
        problems.say(f"is a folder; layout `manifest` needs a file{_manifests(photos)}")
        return None
    listing = list_photos(photos)
    one, many = "folder cannot be read", "folders cannot be read"
    problems.error(listing.closed, one, many, "allow it, or move it away")
    found = layout or _guess(listing, attributes)
    if not listing.photos or found is None or not _fits(found, listing, attributes):
        problems.say(_lost(photos, layout, listing, attributes))
        return None
    tell_junk(listing, problems)
    if found == "people":
        return read_people(photos, listing, problems)
    return read_classes(photos, listing, attributes, problems)


def is_there(photos: Path, problems: Problems) -> bool:
    """Tell whether there is a file or folder; tell `problems` where there is none."""
    try:
        if photos.exists():
            return True
        siblings = [file.name for file in photos.parent.iterdir()]
    except (FileNotFoundError, NotADirectoryError, ValueError):
        siblings = []
    except OSError as error:  # a name too long, a folder closed to this user
        problems.say(f"cannot be read ({error.strerror})")
        return False
    problems.say(f"no such file or folder{did_you_mean(photos.name, siblings)}")
    return False


def _read_file(photos: Path, layout: str | None, problems: Problems) -> Facts | None:
    if layout in ("people", "classes"):
        problems.say(f"is a file; layout `{layout}` needs a folder")
        return None
    if layout is None and photos.suffix.lower() != ".csv":
        problems.say("is a file, but no .csv; give a folder of photos or a manifest")
        return None
    return read_manifest(photos, problems)


def _guess(listing: Listing, attributes: tuple[Attribute, ...]) -> str | None:
    persons = sum(map(is_person, listing.folders))
    if persons and 2 * persons >= len(listing.folders):
        return "people"
    if len(attributes) == 1 and set(listing.folders) & set(attributes[0].classes):
        return "classes"
    return None


def _fits(layout: str, listing: Listing, attributes: tuple[Attribute, ...]) -> bool:
    """Tell whether a layout is at least what the folder was meant to be."""
    if layout == "people":
        return any(map(is_person, listing.folders))
    if len(attributes) != 1 or attributes[0].cuts:
        return bool(listing.folders)
    classes = attributes[0].classes
    return any(name in classes or did_you_mean(name, classes) for name in listing.folders)


def tell_junk(listing: Listing, problems: Problems) -> None:
    """Warn of what lies among photos and is none that can be read."""
    one = "file is left by another system and is ignored"
    many = "files are left by other systems and are ignored"
    problems.warn(listing.junk, one, many, "remove what you do not need")
    kinds = f"none of {', '.join(EXTENSIONS)}"
    one, many = f"picture is {kinds} and is ignored", f"pictures are {kinds} and are ignored"
    problems.warn(listing.foreign, one, many, "save as one of these")
    one, many = "folder is named like a photo", "folders are named like photos"
    problems.warn(listing.disguised, one, many, "look what it is")
    one, many = "folder holds no photo", "folders hold no photo"
    problems.warn(listing.empty, one, many, "fill or remove")


def _lost(
    photos: Path, layout: str | None, listing: Listing, attributes: tuple[Attribute, ...]
) -> str:
    """Return what was seen in a folder that cannot be read, and what would be understood."""
    loose = sum("/" not in path for path in listing.photos)
    parts = [
        (listing.folders, plural(len(listing.folders), "folder")),
        (loose, plural(loose, "photo")),
        (listing.others, plural(listing.others, "other file")),
    ]
    names = f" ({first_of(listing.folders)})" if listing.folders else ""
    seen = [f"{text}{names if there is listing.folders else ''}" for there, text in parts if there]
    if not listing.photos:
        rule = (
            f"holds no photo (.jpg, .jpeg, .png, .bmp, .webp){', however deep' if names else ''}"
        )
    elif layout:
        rule = f"is not in layout `{layout}`"
    else:
        rule = "is in no layout that can be guessed"
    lines = [
        f"{rule}; seen in it: {', '.join(seen) or 'nothing'}; it must be one of",
        f"  people    {layout_people.LOOKS}",
        f"  classes   {layout_classes.LOOKS}",
        f"  manifest  {layout_manifest.LOOKS}",
        *_hints(photos, listing, attributes),
    ]
    return "\n".join(lines)


def _hints(photos: Path, listing: Listing, attributes: tuple[Attribute, ...]) -> list[str]:
    guessed = _guess(listing, attributes)
    hints = [f"  it looks like layout `{guessed}`"] if guessed and listing.photos else []
    hints += [f"  {shown(file.name)} in it may be a manifest: give that" for file in _csvs(photos)]
    deeper = {tuple(path.split("/")[:depth]) for path in listing.photos for depth in (1, 2)}
    for parts in sorted(deeper, key=lambda parts: (len(parts), parts))[:_LOOKED_INTO]:
        folder = "/".join(parts)
        inside = _below(folder, listing)
        layout = _guess(inside, attributes)
        if layout:
            count = plural(len(inside.folders), "folder")
            hints.append(f"  {shown(folder)} in it holds {count} in layout `{layout}`: give that")
    return hints[:3]


def _below(folder: str, listing: Listing) -> Listing:
    photos = [
        path.removeprefix(f"{folder}/") for path in listing.photos if path.startswith(f"{folder}/")
    ]
    folders = sorted({path.partition("/")[0] for path in photos if "/" in path})
    return Listing(photos=photos, folders=folders)


def _csvs(photos: Path) -> list[Path]:
    return sorted(photos.glob("*.csv"))[:1]


def _manifests(photos: Path) -> str:
    return "".join(f"; give {shown(file.name)} in it" for file in _csvs(photos))
