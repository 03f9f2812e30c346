"""The main story: a search-space file becomes a finished study.

`story` tells it; `options` is what the command line says of it.
"""
