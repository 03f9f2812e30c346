"""What a search starts from: proven settings, a probe of each family, points of former studies.

`build` gathers them, `fitting` maps a point of anywhere into a search space.
"""
