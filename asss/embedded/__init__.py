"""
The snapshot that the package carries, so that everything runs without network.

``figures.csv`` is the input, ``snapshot/`` the result, and
``python -m asss.embedded`` makes the one from the other, byte for byte the same each
time. Nothing imports this package; :mod:`asss.statbank` knows where the result lies.
"""
