"""
Figures: facts become pictures that can be read in colour, in grey and aloud.

One function per kind of figure. Every number comes from a fact and every word from the
phrase file; the alternative text and the table beside the figure are made of the same
facts. Figures are vector graphics whose text stays text.

::

  strip                 all members; leans on development
   profile  development  need  a report's kinds of figures
         picture         what is seen, what is heard, the numbers behind
         adoption        what somebody else drew, taken in
          canvas         a sheet to draw on, and its key, as SVG; colours and letters

========================================  ==============================================
``profile(book, known)``                  a report's Figur 1: indicators as indexes
``development(book, known, chapter=)``    a report's indicators of a chapter over time
``need(book, known, decomposed)``         a report's steps to the corrected figure
``strip(book, known, indicator=)``        one indicator of every member, and over time
========================================  ==============================================

The last is of the whole network: it takes any ``NetworkBook``, a report's own included.
"""

from asss.figures.adoption import adopt
from asss.figures.canvas import warm_up
from asss.figures.development import development
from asss.figures.need import need
from asss.figures.picture import Picture
from asss.figures.profile import profile
from asss.figures.strip import strip

__all__ = [
    "Picture",
    "adopt",
    "development",
    "need",
    "profile",
    "strip",
    "warm_up",
]
