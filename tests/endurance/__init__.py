"""
What the whole command stands: kills, races, signals, limits, large inputs.

Each module has trials of one kind. A trial runs the command as a program, in a project
of its own, and says what did not hold; a fault found once is a test in the suite. The
project is ours with three members in its year, so that ``--all`` makes five reports.

::

  kills  races  endings  limits  clock  large       trials of one kind
                        project                     commands, and what must hold
"""
