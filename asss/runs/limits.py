"""How much one report may take before it is stopped. Imports nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """
    What one report may take. It takes a few seconds, and a tenth of the memory.

    Attributes
    ----------
    seconds : float
        From when its notebook begins.
    memory : int
        Bytes beyond what its process begins with; 0 for no limit.
    """

    seconds: float = 300.0
    memory: int = 2 * 2**30


LIMITS = Limits()
