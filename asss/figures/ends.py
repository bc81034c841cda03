"""Labels at the ends of lines: each by its line, none upon another."""

from collections.abc import Sequence


def apart(
    wanted: Sequence[float], *, gap: float, low: float, high: float
) -> list[float]:
    """
    Move places apart, as little as can be, so that no two are closer than `gap`.

    Parameters
    ----------
    wanted : sequence of float
        Where each label would stand if it were alone, in points.
    gap : float
        The least distance between two.
    low, high : float
        The ends of the room there is. Where it is too small for all, the last ones
        stand beyond `high`: a label outside is found by the tests, a hidden one not.

    Returns
    -------
    places : list of float
        In the order of `wanted`.

    Examples
    --------
    >>> apart([10, 12, 40], gap=8, low=0, high=100)
    [7.0, 15.0, 40.0]
    >>> apart([1, 2], gap=8, low=0.0, high=100)
    [0.0, 8.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    # Clusters of labels that touch, each as a block around the middle of its wishes.
    blocks: list[list[int]] = []
    for place in order:
        blocks.append([place])
        while len(blocks) > 1 and _touch(
            blocks[-2], blocks[-1], wanted, gap, low, high
        ):
            last = blocks.pop()
            blocks[-1] += last
    places = [0.0] * len(wanted)
    for block in blocks:
        first = _first(block, wanted, gap, low, high)
        for number, place in enumerate(block):
            places[place] = first + number * gap
    return places


def _first(
    block: Sequence[int], wanted: Sequence[float], gap: float, low: float, high: float
) -> float:
    """Where the first label of a block stands."""
    extent = gap * (len(block) - 1)
    middle = sum(wanted[place] for place in block) / len(block)
    return max(low, min(middle - extent / 2, high - extent))


def _touch(
    one: Sequence[int],
    two: Sequence[int],
    wanted: Sequence[float],
    gap: float,
    low: float,
    high: float,
) -> bool:
    end = _first(one, wanted, gap, low, high) + gap * len(one)
    return _first(two, wanted, gap, low, high) < end
