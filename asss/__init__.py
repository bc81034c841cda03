"""
Reports from the ASSS network: figures in, finished pages out.

Imports point one way only, upwards in this drawing; a test holds them to it.

::

          __main__      embedded    command line │ builds the embedded snapshot
              │
           report                   run the notebook, make HTML and PDF, batch
              │
            page                    what a report shows: table, sections, sources
            ╱   ╲
        text     figures            words │ pictures   (do not know each other)
            ╲   ╱
          findings                  what is true and worth saying, with its forbehold
            ╱   ╲
      sources   indexing            what comes in │ arithmetic
            ╲   ╱
           tables                   the two tables that travel between rooms
         ╱    │     ╲
  statbank catalogue parameters     SSB's format │ what we know │ what to run
         ╲    │     ╱
           errors
"""

__version__ = "0.1.0"
