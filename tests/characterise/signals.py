"""Recordings at rest, and files of them, for tests."""

import numpy as np

GRAVITY = np.array([0.0, 0.0, 9.80665])
N_ACC, N_GYRO = 2e-3, 1e-4


def lying(samples, rate_hz, seed=0):
    """Accelerometer and gyroscope (n, 3) of a sensor that lies still: white noise."""
    rng = np.random.default_rng(seed)
    acc = GRAVITY + N_ACC * np.sqrt(rate_hz) * rng.standard_normal((samples, 3))
    return acc, N_GYRO * np.sqrt(rate_hz) * rng.standard_normal((samples, 3))


def write_csv(file, header, *columns, sep=","):
    table = np.column_stack(columns)
    np.savetxt(file, table, delimiter=sep, header=sep.join(header), comments="", fmt="%.9g")
    return file
