"""
Pictures: facts become figures that can be read in colour, in grey and aloud.

One function per kind of figure. Every number comes from a fact and every word from the
phrase file; the alternative text is made of the same facts. Figures are vector graphics
whose text stays text. Does not know ``text``. Imports ``findings`` and below.
"""

from asss.figures.development import development
from asss.figures.profile import profile
from asss.figures.style import Picture

__all__ = ["Picture", "development", "profile"]
