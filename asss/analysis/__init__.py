"""
Analysis: loading and indexing, and the rules for what is worth saying.

::

     robustness  scrutiny           what hangs on how the mean is made │ what to look at
        frames  network             as an analyst has it │ what is true of all members
                findings            what a report tells of a kommune
                candidates          whatever it could tell, and how much each is worth
                changes             what has moved over time, and what may be said of it
  need  statements  publication     corrected for need │ before it has words │ how final
                 facts              every figure set against the network
  sources  indexing  chance         what comes in │ arithmetic │ could it be chance?
                tables              the two tables that travel
"""
