"""What everything is drawn on: one photo's pixels, and where a face stands in it.

Face coordinates: x to the right, y down, in half heights of a face. The eyes are at y = 0, the
skull's top at y = -1, the chin at y = 1, a face's sides at x = -0.74 and 0.74.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # [N, 2]
Pixels = npt.NDArray[np.uint8]  # [height, width, 3], blue green red
Color = tuple[float, float, float]  # blue, green, red, 0 to 255

WIDTH, HEIGHT = 384, 512
SHADE_SCALE = 4  # soft shadows are painted on a quarter of the pixels
NEUTRAL = 128  # a shade that changes nothing
_BITS = 4  # of a pixel's fraction, in OpenCV's integer coordinates


def mix(first: Color, second: Color, share: float) -> Color:
    """Return a colour between two: `share` 0 gives the first, 1 the second."""
    keep = 1.0 - share
    return (
        first[0] * keep + second[0] * share,
        first[1] * keep + second[1] * share,
        first[2] * keep + second[2] * share,
    )


def lit(color: Color, factor: float) -> Color:
    """Return a colour brighter (factor over 1) or darker (under 1)."""
    return (
        min(color[0] * factor, 255.0),
        min(color[1] * factor, 255.0),
        min(color[2] * factor, 255.0),
    )


def enlarge(small: Pixels) -> Pixels:
    """Return a small picture at a photo's size, [512, 384, 3]."""
    return np.asarray(cv2.resize(small, (WIDTH, HEIGHT)), np.uint8)


@dataclass(frozen=True)
class Pose:
    """Where a face stands and looks.

    Attributes:
        x: Of the face's middle, in pixels.
        y: Of the eyes, in pixels.
        scale: Pixels of half a face's height.
        roll: Radians, clockwise.
        yaw: How far the face turns to the picture's right, -1 to 1.
        pitch: How far it looks down, -1 to 1.
    """

    x: float
    y: float
    scale: float
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0


class Canvas:
    """One photo in the making: sharp shapes on `image`, soft shadows on `shade`."""

    def __init__(self, image: Pixels, pose: Pose) -> None:
        self.image = image
        self.pose = pose
        size = (HEIGHT // SHADE_SCALE, WIDTH // SHADE_SCALE)
        self.shade: npt.NDArray[np.uint8] = np.full(size, NEUTRAL, np.uint8)
        self._cos, self._sin = cos(pose.roll) * pose.scale, sin(pose.roll) * pose.scale

    def place(self, points: Points | Sequence[Sequence[float]], depth: float = 1.0) -> Points:
        """Return pixels of points in face coordinates.

        Args:
            points: [N, 2].
            depth: How far in front of the head's axis they lie: 1 for the face's surface, which
                moves most as the head turns, 0 for its outline.
        """
        face = np.asarray(points, dtype=np.float64)
        x, y = face[:, 0], face[:, 1]
        if depth:
            near = depth * np.sqrt(np.clip(1.0 - (x / 0.85) ** 2 - (y / 1.25) ** 2, 0.0, 1.0))
            x = x + 0.45 * self.pose.yaw * near
            y = y + 0.35 * self.pose.pitch * near
        across = self.pose.x + self._cos * x - self._sin * y
        down = self.pose.y + self._sin * x + self._cos * y
        return np.stack([across, down], axis=1)

    def fill(
        self, points: Points | Sequence[Sequence[float]], color: Color, depth: float = 1.0
    ) -> None:
        """Fill a polygon of face coordinates."""
        corners = _fixed(self.place(points, depth))
        cv2.fillPoly(self.image, [corners], color, cv2.LINE_AA, _BITS)

    def stroke(
        self,
        points: Points | Sequence[Sequence[float]],
        color: Color,
        width: float,
        depth: float = 1.0,
    ) -> None:
        """Draw an open line of face coordinates; `width` is in face units too."""
        thickness = max(1, round(width * self.pose.scale))
        line = _fixed(self.place(points, depth))
        cv2.polylines(self.image, [line], False, color, thickness, cv2.LINE_AA, _BITS)

    def soften(
        self,
        points: Points | Sequence[Sequence[float]],
        light: float,
        width: float | None = None,
        depth: float = 1.0,
    ) -> None:
        """Lay a soft shadow (light under 1) or gleam (over 1) over a polygon or a line."""
        corners = _fixed(self.place(points, depth) / SHADE_SCALE)
        value = min(255.0, NEUTRAL * light)
        if width is None:
            cv2.fillPoly(self.shade, [corners], value, cv2.LINE_AA, _BITS)
            return
        thickness = max(1, round(width * self.pose.scale / SHADE_SCALE))
        cv2.polylines(self.shade, [corners], False, value, thickness, cv2.LINE_AA, _BITS)


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    return np.round(points * (1 << _BITS)).astype(np.int32)


_TURN = np.linspace(0.0, 2.0 * np.pi, 33)[:-1]
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


def moved(points: Points, x: float, y: float) -> Points:
    """Return points moved by x and y."""
    out: Points = points + np.array((x, y))
    return out


def oval(x: float, y: float, width: float, height: float, tilt: float = 0.0) -> Points:
    """Return an ellipse of half axes `width` and `height`, tilted by radians."""
    round_points: Points = _CIRCLE * (width, height)
    if tilt:
        turn = np.array([[cos(tilt), sin(tilt)], [-sin(tilt), cos(tilt)]])
        round_points = round_points @ turn
    return moved(round_points, x, y)


_STEPS = np.linspace(0.0, 1.0, 9)
_WEIGHTS = np.stack([(1 - _STEPS) ** 2, 2 * _STEPS * (1 - _STEPS), _STEPS**2], axis=1)


def curve(*knots: tuple[float, float]) -> Points:
    """Return a line through bows: start, bend, end, bend, end, and so on."""
    pieces = [
        _WEIGHTS @ np.array(knots[first : first + 3], dtype=np.float64)
        for first in range(0, len(knots) - 2, 2)
    ]
    return np.concatenate(pieces)


def mirrored(points: Points) -> Points:
    """Return the same points on the face's other side, in the opposite order."""
    return points[::-1] * (-1.0, 1.0)


def both_sides(right: Points) -> Points:
    """Return a closed symmetric outline from its right half, given from top to bottom."""
    return np.concatenate([right, mirrored(right)])
