"""From studies to a bundle: out-of-fold predictions, the vote, the refit, the folder."""
