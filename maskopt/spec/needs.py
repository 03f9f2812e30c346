"""What a search-space file needs of photos, in words."""

from __future__ import annotations

from maskopt.labels import Attribute
from maskopt.space import show_value
from maskopt.spec.model import StudySpec

_LAYOUTS = {
    "people": "a folder with one folder a person, such as 000001_female_Asian_45/mask1.jpg",
    "classes": "a folder with one folder a class",
    "manifest": "a .csv with a column `path` and one column a fact",
    None: "a folder of people, a folder with one folder a class, or a .csv with a column `path`",
}


def missing_photos_message(spec: StudySpec) -> str:
    """Return what a study without photos needs, and how to try it at once."""
    learned = "\n".join(f"  {_in_words(a)}" for a in spec.label_space.attributes)
    group = f"\n  photos of one {spec.data.group} share a fold" if spec.data.group else ""
    return (
        f"{spec.file}: no photos are given\n"
        f"It needs {_LAYOUTS[spec.data.layout]},\nfrom which it learns\n{learned}{group}\n"
        f"Give them:      maskopt sweep {spec.file} --data PATH\n"
        f"Try it without: maskopt sweep {spec.file} --preset demo"
    )


def _in_words(attribute: Attribute) -> str:
    classes = ", ".join(attribute.classes)
    if attribute.cuts:
        return f"{attribute.name}: a number, cut at {show_value(attribute.cuts)} into {classes}"
    return f"{attribute.name}: {classes}"
