"""
StatBank: SSB's answers, the snapshots that keep them, and the client that asks.

The only package that knows HTTP, and in it only ``client`` does: who asks imports the
client from there, so that no report waits for HTTP to be loaded.

::

  retrieval     doctor       fetch a snapshot │ is what we ask for still there?
       holdings              which figures there are, wanted and doubted
        client               SSB's interface, no faster than SSB allows
       snapshots             SSB's answers as they came, with when and how
       jsonstat              SSB's format
"""

from asss.statbank import jsonstat, snapshots
from asss.statbank.jsonstat import *  # noqa: F403
from asss.statbank.snapshots import *  # noqa: F403

__all__ = [*jsonstat.__all__, *snapshots.__all__]
