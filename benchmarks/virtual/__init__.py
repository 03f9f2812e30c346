"""Sweeps on a virtual clock: stand-ins for study, devices and disk."""
