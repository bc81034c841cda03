"""
Reports from the ASSS network: figures in, finished pages out.

Imports point one way only, downwards in this drawing; a test holds them to it. Each
package draws its own modules.

::

  __main__   embedded    the command │ builds the embedded snapshot
      │
     cli                 one file a command
      │
     runs                reports, one or many; what was made of what
      │
   formats               HTML, PDF, files for other programs, read-back
      │
     page                words and blocks of a page
      │
   figures               pictures
      │
   analysis              loading and indexing; what is worth saying
      │
   statbank              SSB's interface and format; snapshots
      │
  catalogue              what we know: network, indicators, forbehold, phrases
      │
outputs  errors          finished folders │ what may go wrong
"""

__version__ = "0.1.0"
