"""
Pictures: facts become figures that can be read in colour, in grey and aloud.

One function per kind of figure. Every number comes from a fact and every word from the
phrase file; the alternative text and the table beside the figure are made of the same
facts. Figures are vector graphics whose text stays text. Does not know ``text``.
Imports ``facts`` and below.

========================================  ==============================================
``profile(found, known)``                 a report's Figur 1: indicators as indexes
``development(found, known, chapter=)``   a report's indicators of a chapter over time
``strip(book, known, indicator=)``        one indicator, every member named and sorted
``overview(book, known, chapter=)``       the strips of a chapter's indicators
``course(book, known, indicator=)``       one indicator over time, every member named
``members(book, known, indicator=)``      the same, a small panel for each member
========================================  ==============================================

The last four are of the whole network: they take any ``NetworkBook``, a report's own
included. The first three of them single out a kommune if told to
(``focus="trondheim"``).
"""

from asss.figures.canvas import warm_up
from asss.figures.course import course
from asss.figures.development import development
from asss.figures.members import members
from asss.figures.picture import Data, Picture, Table
from asss.figures.profile import profile
from asss.figures.strip import overview, strip

__all__ = [
    "Data",
    "Picture",
    "Table",
    "course",
    "development",
    "members",
    "overview",
    "profile",
    "strip",
    "warm_up",
]
