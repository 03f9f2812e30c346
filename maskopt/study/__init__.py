"""The room of a study: ask, report, tell, records. The door of optuna and sqlalchemy.

`study` holds the `Study` that a driver sweeps, `reading` gives records of stored studies,
`dashboard` serves them, `storage` opens what they are kept in.
"""
