"""Whether a copy of the catalog's passages agrees with it."""

import random
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vector_store.builds import Build, Keys
from vector_store.catalog import Catalog

_PROBES = 32
# An approximate search may miss a vector that is there: one in this many is no damage.
_MISSES = 16
# Stored vectors are rounded to 16 bits.
_SAME = 0.999


def require_agreement(build: Build, catalog: Catalog, told: int) -> None:
    """Raise OSError when the build differs from the catalog otherwise than by the changes listed after `told`.

    All its keys are compared, and all are looked for in its graph, which may have lost some that its database lists.
    May raise any other of builds.TROUBLE.
    """
    held = build.keys()
    if not same_keys(held, catalog, told):
        raise OSError("it does not have the catalog's passages")
    if not held.size:
        return
    sample = _sample(held, catalog)
    if not sample:
        return  # all of them are going
    reached = np.array(build.nearest(next(iter(sample.values())), len(held)), dtype=np.int64)
    # The graph connects no more than some of many vectors that are the same.
    missed = _sample(np.setdiff1d(held, reached), catalog)
    if not (_mostly_found(build, catalog, sample) and _mostly_found(build, catalog, missed)):
        raise OSError("it does not find the passages that it has")


def same_keys(held: Keys, catalog: Catalog, told: int) -> bool:
    """Whether what a copy held a moment ago is what the catalog has, but for the changes listed after `told`."""
    keys = np.array(catalog.keys(), dtype=np.int64)
    # Read after the keys: whatever was committed before them is on the list by now.
    waiting = np.array([key for _, key in catalog.index_changes(told)], dtype=np.int64)
    return not np.setdiff1d(np.setxor1d(held, keys, assume_unique=True), waiting).size


def _sample(keys: Keys, catalog: Catalog) -> dict[int, NDArray[np.float32]]:
    """Some of the keys that the catalog has, with their vectors."""
    return catalog.vectors(random.sample(keys.tolist(), min(len(keys), _PROBES)))


def _mostly_found(build: Build, catalog: Catalog, sample: Mapping[int, NDArray[np.float32]]) -> bool:
    """Whether a search for its own vector finds each, or one that is the same."""
    missed = 0
    for key, vector in sample.items():
        nearest = build.nearest(vector, 1)
        alike = catalog.vectors(nearest).values() if key not in nearest else ()
        missed += key not in nearest and not any(float(near @ vector) > _SAME for near in alike)
    return missed * _MISSES <= len(sample)
