"""A fan has the bits of NumPy's percentiles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fabstack.uncertainty.percentiles import FAN, fan

ROWS = st.lists(
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3) + 0.0), min_size=1, max_size=60
)


@given(ROWS)
def test_a_fan_is_numpys_percentiles_to_the_bit(row):
    values = np.array(row)
    assert fan([values])[:, 0].tobytes() == np.percentile(values, FAN).tobytes()


def test_long_rows_too():
    stream = np.random.default_rng(7)
    for samples in (2, 3, 10, 11, 999, 4000, 10_000):
        rows = [stream.lognormal(size=samples) for _ in range(20)]
        assert fan(rows).T.tobytes() == np.percentile(rows, FAN, axis=1).T.tobytes()
