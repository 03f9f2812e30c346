"""What a camera makes of a scene: light, colour cast, blur, noise and JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from maskopt.data.people.canvas import HEIGHT, NEUTRAL, WIDTH, Canvas, Color, Pixels, enlarge

_NOISE_SPREAD = 40.0  # standard deviation of the stored noise, in grey levels


@dataclass(frozen=True)
class Shot:
    """One photo's light and camera.

    Attributes:
        exposure: Factor on all light.
        cast: Factors on blue, green and red.
        slope: How much brighter the right side and the lower side are, as shares.
        contrast: 1 leaves it.
        blur: Standard deviation in pixels.
        shake: Pixels of motion; 0 is none.
        noise: Standard deviation in grey levels.
        quality: Of the JPEG, 0 to 100.
    """

    exposure: float
    cast: Color
    slope: tuple[float, float]
    contrast: float
    blur: float
    shake: int
    noise: float
    quality: int


def draw_shot(chance: Random) -> Shot:
    """Draw a photo's light and camera."""
    warm = chance.gauss(0.0, 0.07)
    return Shot(
        exposure=min(max(chance.gauss(1.0, 0.16), 0.6), 1.4),
        cast=(1.0 - warm, 1.0 + chance.gauss(0.0, 0.025), 1.0 + warm),
        slope=(chance.gauss(0.0, 0.28), chance.gauss(0.0, 0.15)),
        contrast=chance.uniform(0.75, 1.15),
        blur=max(0.0, chance.gauss(0.5, 0.7)),
        shake=chance.choice((5, 7, 9)) if chance.random() < 0.08 else 0,
        noise=abs(chance.gauss(0.0, 7.0)),
        quality=chance.randint(78, 94),
    )


def take(canvas: Canvas, shot: Shot, chance: Random) -> bytes:
    """Return the JPEG that a camera takes of what was drawn.

    Args:
        canvas: Image and soft shadows, drawn.
        shot: The photo's light and camera.
        chance: Of this photo: where its noise lies.
    """
    image = cv2.multiply(canvas.image, _light(canvas, shot), scale=1.0 / NEUTRAL)
    if shot.shake:
        image = cv2.blur(image, (shot.shake, 1) if shot.slope[0] > 0 else (1, shot.shake))
    if shot.blur > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), shot.blur)
    x, y = chance.randrange(_noise().shape[1] - WIDTH), chance.randrange(64)
    grain = _noise()[y : y + HEIGHT, x : x + WIDTH]
    share = shot.noise / _NOISE_SPREAD
    lift = 118.0 * (1.0 - shot.contrast) - NEUTRAL * share
    image = cv2.addWeighted(image, shot.contrast, grain, share, lift)
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, shot.quality))[1].tobytes()


def _light(canvas: Canvas, shot: Shot) -> Pixels:
    """Return the soft shadows times the light's slope and colour, as shares of `NEUTRAL`."""
    soft = cv2.GaussianBlur(canvas.shade, (0, 0), 0.009 * canvas.pose.scale)
    across = _ramp(soft.shape[1], shot.slope[0])
    down = _ramp(soft.shape[0], shot.slope[1])
    plain = soft * (down[:, None] * across * shot.exposure)
    colored = np.minimum(plain[..., None] * np.array(shot.cast, np.float32), 255.0)
    return enlarge(colored.astype(np.uint8))


def _ramp(length: int, slope: float) -> npt.NDArray[np.float32]:
    ramp = np.linspace(1.0 - slope, 1.0 + slope, length, dtype=np.float32)
    return np.asarray(np.clip(ramp, 0.3, 1.7), np.float32)


@cache
def _noise() -> Pixels:
    """Return grain around `NEUTRAL`, larger than a photo so that pieces of it differ."""
    grain = np.random.default_rng(0).normal(NEUTRAL, _NOISE_SPREAD, (HEIGHT + 64, WIDTH + 64, 3))
    fine = cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.8 - 0.8 * NEUTRAL
    return np.asarray(np.clip(fine, 0, 255), np.uint8)
