"""Words of SVG: a page with its own background, texts that fit, and what must be escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

WIDTH = 480  # of every picture, in its own pixels: texts stay legible when a phone shows 400
INK, FAINT, PAPER = "#1f2328", "#59636e", "#ffffff"

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def page(height: float, title: str, described: str, parts: Iterable[str]) -> str:
    """Return a picture; its background is its own, so that dark pages show it as it is.

    Args:
        height: In the picture's pixels.
        title: Its name, shown at its head and read aloud.
        described: What it shows, for who cannot see it.
        parts: What it is drawn from, the first behind the last.
    """
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
            f'width="{WIDTH}" height="{height:.0f}" role="img" aria-labelledby="t d" '
            f'font-family="{_FONT}" font-size="14">',
            f'<title id="t">{written(title)}</title>',
            f'<desc id="d">{written(described)}</desc>',
            f'<rect width="{WIDTH}" height="{height:.0f}" rx="8" fill="{PAPER}"/>',
            text(16, 28, title, room=WIDTH - 32, size=16, weight=600),
            *parts,
            "</svg>\n",
        ]
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    room: float = WIDTH,
    size: float = 14,
    weight: int = 400,
    anchor: str = "start",
    fill: str = INK,
) -> str:
    """Return a line of text on the base line y, cut to fit into its room."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}">{written(fitted(words, room, size))}</text>'
    )


def rect(x: float, y: float, width: float, height: float, fill: str, corner: float = 0) -> str:
    """Return a filled rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{corner:g}" fill="{fill}"/>'
    )


def written(words: str) -> str:
    """Return words as XML may hold them.

    Example:
        >>> written("a<b & c")
        'a&lt;b &amp; c'
    """
    return escape(_UNWRITABLE.sub("?", words))


def fitted(words: str, room: float, size: float) -> str:
    """Return words, or as many letters of them as fit into a room.

    Example:
        >>> fitted("incorrect", 100, 14), fitted("incorrect", 40, 14)
        ('incorrect', 'inc…')
    """
    if extent(words, size) <= room:
        return words
    while words and extent(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def extent(words: str, size: float) -> float:
    """Return about how wide words are, a little too wide rather than too narrow."""
    wide = sum(east_asian_width(letter) in "WF" for letter in words)
    return size * (0.6 * (len(words) - wide) + 1.05 * wide)
