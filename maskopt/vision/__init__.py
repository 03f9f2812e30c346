"""Training in a worker: the one door to torch, timm and albumentations."""
