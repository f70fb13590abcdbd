"""Trains a frame-wise model, on labels or without, to a folder."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError, Interrupted
from imusim.learn.online.config import FREE, FrameConfig
from imusim.learn.online.model import FrameModel, FrameSettings, transferred
from imusim.learn.online.tasks import Task, make_task
from imusim.learn.online.windows import Stretches, joined_origins
from imusim.learn.training.batches import stream
from imusim.learn.training.checkpoint import (
    CONFIG,
    LAST,
    LOGS,
    MODEL,
    Checkpoint,
    check_settings,
    read_checkpoint,
    write_settings,
)
from imusim.learn.training.run import check_folder, need_lightning, quiet
from imusim.learn.use.encoder import found_device

if TYPE_CHECKING:
    from imusim.learn.online.module import FrameTrainer, Progress

_PEOPLE = 4
"""Stream of random numbers: who is held out. Others are in :mod:`imusim.learn.online.module`."""
_FEWEST = 3
"""People of whom one can be held out."""


@dataclass(frozen=True)
class FrameTrained:
    """What a training made.

    Parameters
    ----------
    folder : Path
    steps : int
        Done, of all runs together.
    stretches, people : int
        That were trained on.
    held : int
        People held out to choose the step by.
    best : dict
        Step of the model that was kept, and its score.
    weights : int
        Parameters of the model.
    licences : tuple of str
    use : str
        What they allow together.
    elapsed_s : float
    """

    folder: Path
    steps: int
    stretches: int
    people: int
    held: int
    best: dict[str, Any]
    weights: int
    licences: tuple[str, ...]
    use: str
    elapsed_s: float


def train_frames(
    config: FrameConfig,
    stretches: Stretches,
    out: Path | str,
    labels: tuple[str, ...] = (),
    begin: FrameModel | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FrameTrained:
    """Train, and write model, checkpoint, settings and logs to a folder.

    Everything that is drawn follows from the seed and the step, so a training that was stopped and
    resumed makes the weights of one that was not; on a CPU, to the bit.

    Parameters
    ----------
    config : FrameConfig
        With ``sensors`` as ``stretches`` has them.
    stretches : Stretches
    out : Path or str
        Gets ``model.pt``, the best step by people held out; ``last.ckpt``, to go on from;
        ``config.json``; ``logs``, for TensorBoard.
    labels : tuple of str
        The classes that the stretches' labels number; needed unless ``config.pretrain`` says what
        is learnt without.
    begin : FrameModel, optional
        Pretrained, or trained on another dataset: its network is the start.
    resume : bool
        Go on with the training in the folder.
    overwrite : bool
        Replace it.
    progress : callable, optional
        Told of every ``log_every`` steps.

    Raises
    ------
    ConfigError
        For settings that cannot be, a folder that is there, a checkpoint of another training, a
        model to begin with that does not fit, no GPU where one is asked for.
    Interrupted
        After the keyboard's interrupt; it says what is kept and how to go on.
    MissingExtraError
        Without Lightning.
    """
    start = time.perf_counter()
    folder = Path(out)
    device = found_device(config.device)
    check_folder(folder, resume, overwrite)
    need_lightning()
    if config.pretrain == "none" and len(labels) < 2:
        raise ConfigError("training on labels needs two of them; or say what to learn without")
    digests = [stretches.digest, "" if begin is None else digest_of(begin)]
    state = Checkpoint(config.model_dump(mode="json"), digests, best={"step": 0})
    if resume:
        state = read_checkpoint(folder)
        check_settings(state, config.model_dump(mode="json"), FREE, folder)
        if list(state.corpora) != digests:
            raise ConfigError(
                f"{folder / LAST}: was trained on other data, or began with another model; give "
                "the same, or another --out"
            )
    chosen, held = parted(stretches.people, config.validation_share, config.seed)
    if overwrite and not resume:
        for name in (MODEL, LAST, CONFIG):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / LOGS, ignore_errors=True)
    with torch.random.fork_rng(devices=[]):
        task = _task(config, labels, begin, state, folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_settings(folder, config)
        origin = joined_origins({} if begin is None else begin.settings.source, stretches.origin)
        source = {**origin, "settings": config.model_dump(mode="json")}
        from imusim.learn.online.module import FrameTrainer

        module = FrameTrainer(
            task, config, stretches, chosen, held, folder, state, source, progress
        )
        _fit(module, device)
    if state.step < config.steps:
        raise Interrupted(
            f"stopped after step {state.step:,} of {config.steps:,}; {folder / LAST} is kept; go "
            "on with the same command and --resume"
        )
    return FrameTrained(
        folder, state.step, len(chosen), len(set(stretches.people[chosen])),
        len(set(stretches.people[held])), dict(state.best),
        sum(each.numel() for each in task.model.parameters()), tuple(origin["licences"]),
        origin["use"], time.perf_counter() - start,
    )  # fmt: skip


def parted(
    people: NDArray[np.str_], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stretches to train on and those held out: of other people, a share of these, one at least.

    None are held out of fewer than three people, or of a share of 0.
    """
    names = np.unique(people)
    count = 0
    if share and len(names) >= _FEWEST:
        count = min(max(1, round(share * len(names))), len(names) - 2)
    out = stream(seed, _PEOPLE).permutation(names)[:count]
    mine = np.isin(people, out)
    return np.flatnonzero(~mine), np.flatnonzero(mine)


def digest_of(model: FrameModel) -> str:
    """SHA-256 of a model's weights."""
    found = sha256()
    for name, value in model.state_dict().items():
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def _task(
    config: FrameConfig, labels: tuple[str, ...], begin: FrameModel | None, state: Checkpoint,
    folder: Path,
) -> Task:  # fmt: skip
    """What is trained: new, begun with another model, or as it was before."""
    settings = FrameSettings(
        config.network, config.network_settings, config.sensors, config.rate_hz,
        labels if config.pretrain == "none" else (), config.mounting,
    )  # fmt: skip
    torch.manual_seed(config.seed)
    model = FrameModel(settings) if begin is None else transferred(begin, settings)
    task = make_task(model, config.pretrain)
    if state.step:
        try:
            task.load_state_dict(dict(state.model))
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise ConfigError(
                f"{folder / LAST}: its weights are of another network: {reason}"
            ) from None
    return task


def _fit(module: FrameTrainer, device: torch.device) -> None:
    from lightning import Trainer

    from imusim.learn.training.memory import is_out_of_memory

    config = module.config
    if module.done >= config.steps:
        return
    with quiet():
        trainer = Trainer(
            accelerator="gpu" if device.type == "cuda" else "cpu", devices=1, max_epochs=1,
            gradient_clip_val=config.clip_norm or None, use_distributed_sampler=False,
            logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False,
        )  # fmt: skip
        try:
            trainer.fit(module)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise ConfigError(
                f"a batch of {config.batch_size} stretches of {config.window_s:g} s does not fit "
                "into memory; give a smaller --batch-size or --window"
            ) from None
        finally:
            module.close()
