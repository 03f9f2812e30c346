"""Views: what of a photo a network sees, before that becomes a square of its image size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from maskopt.catalog import Entry, Parameter
from maskopt.space import Part, TrialConfig, Value

MIXED = "mixed"

VIEWS = {
    "whole": Entry(
        "maskopt.data.views:whole",
        help="the whole photo",
        when="first: what tells classes apart may be anywhere",
    ),
    "center": Entry(
        "maskopt.data.views:center",
        {
            "size": Parameter(
                "whole", 380, 16, 20_000, help="side in pixels of the photo, or what there is"
            )
        },
        "the middle of the photo",
        when="whoever is photographed stands in the middle, and small photos lose what matters",
    ),
    "face": Entry(
        "maskopt.data.views:face",
        {"margin": Parameter("number", 0.4, 0.0, 3.0, help="added all around, share of the face")},
        "a square around the largest face, the photo's centre where none is found",
        "King, Dlib-ml, 2009; Dalal and Triggs, Histograms of Oriented Gradients, 2005",
        when="the face alone tells the class, and photos show much beside it",
    ),
    "no_background": Entry(
        "maskopt.data.views:no_background",
        help="the whole photo with grey behind whoever stands in its middle",
        source="Rother et al., GrabCut, 2004",
        when="backgrounds go with classes here and will not where the network is used",
    ),
    MIXED: Entry(
        "maskopt.data.views:mixed",
        {
            "view": Parameter(
                "text",
                "no_background",
                names=("center", "face", "no_background"),
                help="of processed photos, with its default parameters",
            ),
            "originals": Parameter("whole", 1, 1, 100, help="whole photos for a processed one"),
        },
        "some training photos processed, the others whole; whole wherever it is judged",
        when="a view helps training, but photos in use are whole",
    ),
}


@dataclass(frozen=True)
class View:
    """A view with the values of all its parameters, by name.

    Example:
        >>> str(View.of("face", {"margin": 1})), View.of("mixed").judged == WHOLE
        ('face(margin=1)', True)
    """

    name: str = "whole"
    values: tuple[tuple[str, Value], ...] = ()

    @staticmethod
    def of(name: str, given: Mapping[str, Value] | None = None) -> View:
        """Return a view; what is not given takes its default.

        Raises:
            KeyError: There is no such view.
        """
        known = VIEWS[name].parameters
        values = {key: (given or {}).get(key, each.default) for key, each in known.items()}
        typed = {
            key: float(str(value)) if known[key].kind == "number" else value
            for key, value in values.items()
        }
        return View(name, tuple(typed.items()))

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> View:
        """Return the view that `to_dict` gave.

        Raises:
            KeyError: There is no such view.
        """
        return View.of(values["name"], values["parameters"])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"name": self.name, "parameters": dict(self.values)}

    @property
    def judged(self) -> View:
        """What its networks see where they are scored, and in use: originals where it mixes."""
        return WHOLE if self.name == MIXED else self

    @property
    def key(self) -> str:
        """A word of letters, digits, dots and underscores that no other view has."""
        return "_".join([self.name, *(f"{name}_{value}" for name, value in self.values)])

    def __str__(self) -> str:
        return str(Part(self.name, dict(self.values)))


WHOLE = View()


class Input(NamedTuple):
    """What a network takes of a photo.

    Attributes:
        size: Height and width, in pixels.
        view: What of the photo becomes so large.
    """

    size: int
    view: View = WHOLE

    @property
    def name(self) -> str:
        """What outsiders call it: `image_224`, `image_224_face_margin_0.4`."""
        seen = "" if self.view == WHOLE else f"_{self.view.key}"
        return f"image_{self.size}{seen}"


def view_of(config: Mapping[str, Value]) -> View:
    """Return the view that a trial trains on, given its values by dotted path.

    Trials of versions that knew no views saw whole photos.
    """
    if "view" not in config:
        return WHOLE
    part = TrialConfig(config).part("view")
    return View.of(part.name, part.parameters)


def inputs_of(config: Mapping[str, Value]) -> tuple[Input, ...]:
    """Return what a trial takes of photos: in training, and where it is judged."""
    size, view = int(str(config["image_size"])), view_of(config)
    return tuple(dict.fromkeys((Input(size, view), Input(size, view.judged))))
