"""The room of devices: what there is, and trials and jobs on it. The door of ray.

`devices` plans without Ray; `session` starts and ends it; `running` runs trials; `jobs` runs one
function.
"""
