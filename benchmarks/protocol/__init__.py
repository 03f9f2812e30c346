"""Searching over recorded learning curves: tasks, a virtual clock, strategies, and figures."""
