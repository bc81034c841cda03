"""
Runs: one report or many, here or elsewhere, and what was made of what.

::

  cluster verification comparison   on other machines │ as it was made? │ what differs?
               season               what is still to be done for a data year
      batch    workbench            many at once, each in a process │ a report in hand
   report explanation gallery       run the notebook, vouch for it │ why is it printed?
           contents                 the page that links the reports of a year
           manifest                 what was made of what; is it as it would be?
           ledger                   Endret
           kernels                  the kernels of the notebooks
"""
