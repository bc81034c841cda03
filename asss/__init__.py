"""
Reports from the ASSS network: figures in, finished pages out.

Imports point one way only, downwards in this drawing; a test holds them to it.

::

          __main__      embedded    command line │ builds the embedded snapshot
              │
  batch  verification  comparison   many at once │ as it was made? │ what differs?
            ╲ │ ╱
           report                   run the notebook, vouch for the result
              │
    freshness   review              is it as it would be? │ kildespor at every number
          ╱   │   ╲
conversion manifest ledger          HTML and PDF │ what was made of what │ Endret
      readback  exports             is it all there as it should be? │ other programs
          ╲   │   ╱
           overview                 what «ASSS samlet» shows
          ╱   │   ╲
page keyfigures appendix contents   what is shown │ Tabell 1 │ from where │ signposts
          ╲   │   ╱  tagging site   (what a screen reader needs of the PDF) │ index
           blocks                   templates and stylesheet
            ╱   ╲
        text     figures            words │ pictures   (do not know each other)
            ╲   ╱
          network                   what is true of all members together
              │
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
     holdings  tables               which figures there are │ the two tables that travel
            ╱   ╲
    statbank   catalogue            SSB's format │ what we know, read and cross-checked
           │    │
           │ translation            another language, laid over bokmål
            ╲   ╱
          knowledge                 the form of what we know
              │
          parameters                the network and a run; how files are read
              │
  errors language markdown formats  what may go wrong │ rules of writing │ file names
"""

__version__ = "0.1.0"
