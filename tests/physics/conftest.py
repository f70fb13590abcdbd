"""Fixtures of the physics tests."""

from __future__ import annotations

import pytest

_PACKAGES = {"bullet": "pybullet", "mujoco": "mujoco"}


@pytest.fixture(scope="session", params=_PACKAGES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; one that is not installed is skipped."""
    package = _PACKAGES[request.param]
    pytest.importorskip(package, reason=f"the engine {request.param} needs {package}")
    return request.param


@pytest.fixture(scope="session")
def both_engines() -> tuple[str, ...]:
    """Both engines, for tests that compare them."""
    for engine, package in _PACKAGES.items():
        pytest.importorskip(package, reason=f"comparing engines: {engine} needs {package}")
    return tuple(_PACKAGES)
