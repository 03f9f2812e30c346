"""Votes and scores over class ids and probabilities: numbers only, no torch."""
