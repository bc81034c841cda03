"""
Runs: one report or many, here or elsewhere, and what was made of what.

::

  batch  verification  comparison   many at once │ as it was made? │ what differs?
      cluster    job                on machines of one's own │ one report in a process
            workers                 processes that make reports
            report                  run the notebook, vouch for the result
           freshness                is it as it would be?
      manifest   ledger             what was made of what │ Endret
      limits    kernels             how much it may take │ the kernels of the notebooks
"""
