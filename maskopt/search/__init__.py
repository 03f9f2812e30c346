"""The room of spending a budget: rungs, who goes on, who pauses, how often that was wrong.

Numbers only: nothing here knows Optuna, Ray or a storage. `rungs` holds the tables of scores,
`halving` judges by them, `refereeing` watches the judge.
"""
