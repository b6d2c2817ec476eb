"""What is connected with what, for whole arrays."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def connected(count: int, one: Ints, other: Ints) -> Ints:
    """For each of `count` things the smallest number of a thing that it is connected with by pairs.

    Labels are handed on along all pairs at once and shortened by jumping to the label's own label (Shiloach and
    Vishkin 1982), so that the rounds grow with the logarithm of the longest chain. (scipy has this; it is no library
    of ours.)

    >>> connected(5, np.array([0, 3]), np.array([1, 1])).tolist()
    [0, 0, 2, 0, 4]
    """
    label = np.arange(count, dtype=np.int64)
    while len(one):
        left, right = label[one], label[other]
        is_open = left != right
        if not is_open.any():
            break
        one, other, left, right = one[is_open], other[is_open], left[is_open], right[is_open]
        np.minimum.at(label, np.maximum(left, right), np.minimum(left, right))
        while not np.array_equal(shorter := label[label], label):
            label = shorter
    return label
