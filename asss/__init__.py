"""
Reports from the ASSS network: figures in, finished pages out.

Imports point one way only, downwards in this drawing; a test holds them to it.

::

          __main__      embedded    command line │ builds the embedded snapshot
              │
  batch  verification  comparison   many at once │ as it was made? │ what differs?
            ╲ │ ╱
           report                   run the notebook, vouch for the result
          ╱   │   ╲
conversion manifest ledger          HTML and PDF │ what was made of what │ Endret
          ╲   │   ╱
        page    appendix            what a report shows │ where its numbers come from
            ╲   ╱
           blocks                   templates and stylesheet
            ╱   ╲
        text     figures            words │ pictures   (do not know each other)
            ╲   ╱
          findings                  what is true and worth saying
              │
           changes                  what has moved over time, and what may be said of it
              │
          statements                what may be said, before it has words
              │
            facts                   every figure set against the network
            ╱   ╲
      sources   indexing            what comes in │ arithmetic
            ╲   ╱
           tables                   the two tables that travel between rooms
            ╱   ╲
    statbank   catalogue            SSB's format │ what we know, read and cross-checked
            ╲   ╱
          knowledge                 the form of what we know
              │
          parameters                the network and a run; how files are read
              │
            errors
"""

__version__ = "0.1.0"
