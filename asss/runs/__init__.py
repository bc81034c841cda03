"""
Runs: one report or many, here or elsewhere, and what was made of what.

::

  batch  verification  comparison   many at once │ as it was made? │ what differs?
           cluster                  on machines of one's own
           workers                  processes that make reports
            report                  run the notebook, vouch for the result
           manifest                 what was made of what; is it as it would be?
           ledger                   Endret
           kernels                  the kernels of the notebooks
"""
