"""
What rendering costs, as ratios: this package against other ways, and against itself.

``make bench`` runs everything, in rounds in which the ways take turns, and prints the
median of each ratio. Seconds are not reported, for they are the machine's: a ratio of
two runs that took turns on one machine is what carries over.

=============  =========================================================================
``plain``      what a user does without us: papermill, nbconvert and WeasyPrint, in a
               loop over municipalities, each a command of its own
``floor``      the code of the notebook without Jupyter, in one warm process
``cases``      the comparisons, each a function that gives its ratios
``measure``    time and memory of a command with all that it starts
=============  =========================================================================
"""
