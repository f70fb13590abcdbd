"""Runs tasks on the cores of this machine or on a Dask cluster, through joblib."""

from __future__ import annotations

import asyncio
import logging
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import joblib

from imusim.corpus.staging import disk_error
from imusim.errors import ConfigError, CorpusError, ImusimError, MissingExtraError
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.work import Work

Task = Callable[[], Any]
_PATIENCE_S = 30
"""How long a cluster may take to answer."""
PIECES_A_WORKER = 4
"""A worker is not worth its start for less."""


@dataclass(frozen=True)
class Failure:
    """What went wrong in a worker: an error for the user, or the trace of a fault of ours."""

    error: ImusimError | None
    trace: str = ""

    def throw(self) -> NoReturn:
        """Raise it here."""
        if self.error is not None:
            raise self.error
        raise RuntimeError(f"a worker failed:\n{self.trace}")


def attempt(work: Work, function: Callable[[Work, Any], Any], what: Any) -> Any:
    """Run a task in a worker; an error is what it returns, for not every backend hands it on."""
    try:
        return function(work, what)
    except ImusimError as error:
        return Failure(error)
    except OSError as error:
        return Failure(disk_error(Path(work.config.out), error))
    except Exception:
        return Failure(None, traceback.format_exc())


def usable_workers(config: GenerateConfig, pieces: int) -> int:
    """How many processes of this machine serve: as asked, or as many as are worth their start."""
    if config.workers is not None:
        return config.workers
    return max(1, min(joblib.cpu_count(), pieces // PIECES_A_WORKER))


class Workers:
    """Processes that run tasks; a context, for a cluster is to be left again.

    Parameters
    ----------
    config : GenerateConfig
    count : int
        How many there are on this machine; a cluster has its own number.

    Raises
    ------
    MissingExtraError
        If Dask is asked for and not installed.
    ConfigError
        If the scheduler cannot be reached, or has no worker.
    """

    def __init__(self, config: GenerateConfig, count: int):
        self._config = config
        self.count = count
        self._exit = ExitStack()

    def __enter__(self) -> Workers:
        if self._config.backend == "dask":
            self._client = self._connect()
            try:
                self._client.wait_for_workers(1, timeout=_PATIENCE_S)
            except TimeoutError:
                raise ConfigError(
                    f"the Dask scheduler at {self._config.scheduler} has no workers: start some "
                    f"with `dask worker {self._config.scheduler} --nthreads 1`"
                ) from None
            self.count = sum(self._client.ncores().values())
        return self

    def _connect(self) -> Any:
        try:
            from distributed import Client
        except ImportError:
            raise MissingExtraError(
                "--backend dask needs Dask: pip install 'imusim-toolkit[dask]'"
            ) from None
        address = self._config.scheduler
        if address is None:
            raise ConfigError("--backend dask needs --scheduler tcp://HOST:PORT")
        try:
            client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ConfigError(f"no Dask scheduler answers at {address}: {error}") from error
        # They tell at length what we tell in a line.
        for name in ("asyncio", "distributed", "distributed.client", "tornado"):
            logger = logging.getLogger(name)
            self._exit.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        return self._exit.enter_context(client)

    def __exit__(self, *error: object) -> None:
        self._exit.close()

    def run(self, tasks: Iterable[Task]) -> Generator[Any, None, None]:
        """Results of tasks as they come; tasks are asked for only as workers are free.

        Raises
        ------
        BrokenProcessPool
            If a process of this machine died.
        CorpusError
            If the cluster's scheduler is gone.
        """
        if self._config.backend == "dask":
            settings: dict[str, Any] = {"backend": "dask", "client": self._client}
        else:
            settings = {"backend": "loky" if self.count > 1 else "sequential"}
        with joblib.parallel_config(**settings):
            parallel = joblib.Parallel(
                n_jobs=self.count,
                batch_size=cast(Any, 1),  # joblib's hints know of "auto" alone
                pre_dispatch="2 * n_jobs",
                return_as="generator_unordered",
            )
            calls = (joblib.delayed(task)() for task in tasks)
            results = cast("Generator[Any, None, None]", parallel(calls))
        try:
            for result in results:  # noqa: UP028 - "yield from" would close them by itself
                yield result
        except (asyncio.CancelledError, CancelledError, TimeoutError) as error:
            raise CorpusError(f"the Dask scheduler at {self._config.scheduler} is gone") from error
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that tasks which are stopped were not waited for
                results.close()
