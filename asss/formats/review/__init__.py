"""
The reviewer's edition: the same report, with *kildespor* at every number and sentence.

A kildespor says what stands behind a number or a sentence: rule and limits, facts,
formula, cells at SSB, forbehold, mean, and the cell of the notebook that made it. All
of it is taken from facts.json, the catalogue, the snapshot and the executed notebook;
the report itself is the public one, with marks put into it. Imports ``conversion`` and
below.
"""

from asss.formats.review.edition import compose, compose_again

__all__ = ["compose", "compose_again"]
