"""Uniform numbers by name: one column of shares for each varying input.

A column depends on the seed and on its name alone, so adding an input changes nobody else's luck
(common random numbers). Only Sobol's points must be laid out together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from enum import StrEnum

import numpy as np

from fabstack.uncertainty.chance import Floats


class Design(StrEnum):
    """How the shares of a column are spread over the samples."""

    LATIN_HYPERCUBE = "latin-hypercube"  # one in each of n equal strata (McKay et al. 1979)
    SOBOL = "sobol"  # scrambled net over all columns together (Owen 1998)
    PLAIN = "plain"  # independent


def uniforms(
    names: Collection[str], *, samples: int, seed: int, design: Design = Design.LATIN_HYPERCUBE
) -> Mapping[str, Floats]:
    """For each name `samples` shares in (0, 1), the same for the same seed.

    Raises:
        ValueError: fewer than one sample, a negative seed, or too many names for Sobol's points.
    """
    if samples < 1 or seed < 0:
        raise ValueError(f"{samples} samples with seed {seed}: both must be natural numbers")
    match design:
        case Design.LATIN_HYPERCUBE:
            return {name: _stratified(generator(seed, name), samples) for name in names}
        case Design.PLAIN:
            return {name: generator(seed, name).random(samples) for name in names}
        case Design.SOBOL:
            return _sobol(sorted(names), samples, seed)


def generator(seed: int, name: str) -> np.random.Generator:
    """A stream of random numbers of its own for each seed and name."""
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u4")
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(int(word) for word in key))
    return np.random.Generator(np.random.PCG64(sequence))


def _stratified(stream: np.random.Generator, samples: int) -> Floats:
    return (stream.permutation(samples) + stream.random(samples)) / samples


def _sobol(names: list[str], samples: int, seed: int) -> Mapping[str, Floats]:
    from scipy.stats import qmc

    if not names:
        return {}
    points = qmc.Sobol(len(names), scramble=True, rng=generator(seed, "sobol"))
    # whole powers of two keep the net's balance; a part of one is still a valid sample
    net = points.random_base2((samples - 1).bit_length())[:samples]
    return dict(zip(names, np.ascontiguousarray(net.T), strict=True))
