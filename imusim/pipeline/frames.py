"""Samples of a simulation brought to the frames of the output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def frame_means(
    values: NDArray[Any], rate_hz: float, time_s: NDArray[np.float64], out_rate_hz: float
) -> NDArray[Any]:
    """Mean of samples over the interval of each output frame.

    A sample holds for one step about its instant, a frame's interval for one output step about
    its own; at the ends of the clip, for that part of it which the samples cover. The mean is
    the difference of the samples' running integral, which is linear within a step, so no
    impulse is lost or counted twice between neighbouring frames.

    Parameters
    ----------
    values : (N, ...) array
        Finite samples at the instants k / rate_hz. Of bool samples the result is whether any
        is true in the interval.
    rate_hz : float
    time_s : (F,) array
        Instants of the output frames, s, within those of the samples.
    out_rate_hz : float
        Output rate.

    Returns
    -------
    (F, ...) array
        float64, or bool.
    """
    count = len(values)
    flat = values.reshape(count, -1)
    integral = np.zeros((count + 1, flat.shape[1]))
    np.cumsum(flat, axis=0, dtype=np.float64, out=integral[1:])  # in steps, from half one before 0
    edges = (time_s[:, None] + np.array([-0.5, 0.5]) / out_rate_hz) * rate_hz + 0.5
    edges = np.clip(edges, 0, count)
    low = np.minimum(edges.astype(np.intp), count - 1)
    share = (edges - low)[..., None]
    at_edges = integral[low] + share * (integral[low + 1] - integral[low])
    sums = at_edges[:, 1] - at_edges[:, 0]
    shape = (len(time_s), *values.shape[1:])
    if values.dtype == bool:
        return (sums > 1e-6).reshape(shape)  # of a step: less is rounding
    return (sums / (edges[:, 1:] - edges[:, :1])).reshape(shape)
