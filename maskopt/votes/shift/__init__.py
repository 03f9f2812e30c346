"""Label shift: new photos' class proportions, and a correction for them with a brake."""

from maskopt.votes.shift.adaptation import Adaptation, adapt
from maskopt.votes.shift.photos import Evidence, NewPhotos
from maskopt.votes.shift.projection import Projection, fit_projection
from maskopt.votes.shift.proportions import reweight

__all__ = [
    "Adaptation",
    "Evidence",
    "NewPhotos",
    "Projection",
    "adapt",
    "fit_projection",
    "reweight",
]
