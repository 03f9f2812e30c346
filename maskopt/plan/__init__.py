"""Time: what an epoch takes, what fits before a deadline, and what is left out in time.

`speeds` learns, `timetable` plans backwards from the deadline, `networks` shares what time is
left for networks out of fold, `costs` knows what cannot be cut off, `estimates` tells it all
before a sweep starts. Everything but the probe is pure: clocks are handed in.
"""
