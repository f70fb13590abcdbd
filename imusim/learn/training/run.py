"""Trains a model, from corpora to a folder."""

from __future__ import annotations

import logging
import math
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from imusim.corpus import Corpus
from imusim.errors import ConfigError, Interrupted, MissingExtraError
from imusim.learn.encoders import make_encoder
from imusim.learn.evaluation.real import RealWindows
from imusim.learn.model import ImuTextModel, ModelSettings
from imusim.learn.objectives import Objective, make_objective
from imusim.learn.training.checkpoint import (
    CONFIG,
    LAST,
    LOGS,
    MODEL,
    Checkpoint,
    check_same,
    check_texts,
    read_checkpoint,
    write_settings,
)
from imusim.learn.training.config import PretrainConfig
from imusim.learn.training.material import Material, digests, make_material
from imusim.learn.training.wordings import Encoder
from imusim.licences import sum_up

if TYPE_CHECKING:
    from imusim.learn.training.module import Pretrainer
    from imusim.learn.training.recorder import Progress

_NO_ENCODER = "no objective trains the encoder: that of model.pt stays as it was drawn"


@dataclass(frozen=True)
class Trained:
    """What a training made.

    Parameters
    ----------
    folder : Path
    steps : int
        Done, of all runs together.
    windows, clips : int
        That were trained on.
    best : dict
        Step, and retrieval among held-out clips, of the model that was kept.
    weights : int
        Parameters of the model.
    elapsed_s : float
    licences : tuple of str
        Of the motion that it was made from.
    use : str
        What they allow together.
    """

    folder: Path
    steps: int
    windows: int
    clips: int
    best: dict[str, Any]
    weights: int
    elapsed_s: float
    licences: tuple[str, ...]
    use: str


def pretrain(
    config: PretrainConfig,
    corpora: Sequence[Corpus],
    out: Path | str,
    encoder: Encoder | None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    recorded: Sequence[RealWindows] = (),
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Trained:
    """Train, and write model, checkpoint, settings and logs to a folder.

    Everything that is drawn follows from the seed and the step, so a training that was stopped and
    resumed makes the weights of one that was not; on a CPU, to the bit.

    Parameters
    ----------
    config : PretrainConfig
    corpora : sequence of Corpus
    out : Path or str
        Gets ``model.pt``, the best step by retrieval among held-out clips, without texts by their
        loss; ``last.ckpt``, to go on
        from; ``config.json``; ``logs``, for TensorBoard.
    encoder : Encoder, optional
        Of texts; None where no objective needs them.
    resume : bool
        Go on with the training in the folder.
    overwrite : bool
        Replace it.
    recorded : sequence of RealWindows
        Real signals to learn from as well, for objectives that need no captions; their labels are
        not looked at. Windows of ``config.read_s`` at ``config.rate_hz``.
    progress : callable, optional
        Told of every ``log_every`` steps.
    tell : callable, optional
        Told what a user should know before the first step.

    Raises
    ------
    ConfigError
        For settings that cannot be, a folder that is there, a checkpoint of another training, no
        GPU where one is asked for; if a batch does not fit into memory, with what would.
    CorpusError
        As :func:`imusim.learn.training.material.make_material`.
    Interrupted
        After the keyboard's interrupt or a request to end; it says what is kept and how to go on.
    MissingExtraError
        Without Lightning.
    """
    start = time.perf_counter()
    folder = Path(out)
    device = find_device(config)
    check_folder(folder, resume, overwrite)
    need_lightning()
    before = read_checkpoint(folder) if resume else None
    read = digests(config, corpora, recorded)
    if before is not None and not config.epochs:
        check_same(before, config, read, folder)  # before anything is read
    network = make_encoder(config.encoder, config.network)  # refused before anything is read
    learns = any(each.encodes for each in make_objectives(config, network).values())
    material = make_material(config, corpora, encoder, recorded)
    if config.epochs:
        batch = config.batch_size * config.accumulate
        steps = max(1, math.ceil(config.epochs * len(material.chosen) / batch))
        config = config.model_copy(update={"steps": steps, "epochs": None})
        if before is not None:
            check_same(before, config, read, folder)
    if before is not None:
        check_texts(before, material.texts_digest, folder)
    notes = [*material.notes, *([] if learns else [_NO_ENCODER])]
    for note in notes if tell else ():
        tell(note)  # pyright: ignore
    if overwrite and not resume:
        for name in (MODEL, LAST, CONFIG):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / LOGS, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_settings(folder, config)
    with torch.random.fork_rng(devices=[]):
        module = make_module(config, material, before, folder, progress)
        done = _fit(module, material, folder, device)
    state = module.recorder.state
    if done < config.steps:
        raise Interrupted(
            f"stopped after step {done:,} of {config.steps:,}; {folder / LAST} is kept; go on with "
            "the same command and --resume"
        )
    return Trained(
        folder, done, len(material.chosen), len(set(material.examples.clip[material.chosen])),
        dict(state.best), sum(each.numel() for each in module.model.parameters()),
        time.perf_counter() - start, tuple(module.recorder.source["licences"]),
        module.recorder.source["use"],
    )  # fmt: skip


def find_device(config: PretrainConfig) -> torch.device:
    """Where to compute. Raises ConfigError for a GPU that is not there."""
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if config.device == "cuda" and not there:
        raise ConfigError("--device cuda: PyTorch finds no GPU here; leave it away, or give cpu")
    kind = "cuda" if config.device == "cuda" or (config.device == "auto" and there) else "cpu"
    if kind == "cuda" and config.devices > there:
        raise ConfigError(f"--devices {config.devices}: there are {there} GPUs here")
    if kind == "cuda" and config.precision == "bf16" and not torch.cuda.is_bf16_supported():
        raise ConfigError("--precision bf16: this GPU has no bfloat16; give fp32")
    return torch.device(kind)


def check_folder(folder: Path, resume: bool, overwrite: bool) -> None:
    """Raise ConfigError for a folder that holds what should not be lost."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; give a folder to write to")
    if resume or overwrite or not folder.exists():
        return
    if any((folder / name).exists() for name in (LAST, MODEL, CONFIG)):
        raise ConfigError(f"{folder}: holds a training; go on with --resume, or give --overwrite")
    if any(folder.iterdir()):
        raise ConfigError(f"{folder}: is not empty; give a new folder")


def need_lightning() -> None:
    """Raise MissingExtraError without Lightning."""
    try:
        with quiet():
            import lightning  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "training needs Lightning: pip install 'imusim-toolkit[learn]'"
        ) from None


def make_module(
    config: PretrainConfig,
    material: Material,
    before: Checkpoint | None,
    folder: Path,
    progress: Progress | None = None,
) -> Pretrainer:
    """A model that is new, or as it was before, with all that its training needs.

    Raises
    ------
    ConfigError
        If the weights from before are of another architecture.
    """
    from imusim.learn.training.module import Pretrainer
    from imusim.learn.training.recorder import Recorder

    state = before or Checkpoint(config.model_dump(mode="json"), material.digests)
    words = material.wordings
    features = torch.zeros(0, 0) if words is None else words.features
    settings = ModelSettings(
        encoder=config.encoder, encoder_settings=config.network,
        text_model=config.text_model if words else "", text_width=features.shape[1],
        width=config.width,
        rate_hz=config.rate_hz, window_s=config.window_s, mounting=config.augment.mounting,
        gyroscope=config.augment.no_gyroscope < 1,
    )  # fmt: skip
    torch.manual_seed(config.seed)
    model = ImuTextModel(settings)
    if words is not None:
        with torch.no_grad():
            model.logit_scale.fill_(math.log(config.logit_scale))
    objectives = make_objectives(config, model.encoder, material.examples.video_width)
    if not any(each.encodes for each in objectives.values()):
        model.requires_grad_(False)
    if state.step:
        try:
            model.load_state_dict(state.model)
            nn.ModuleDict(objectives).load_state_dict(state.objectives)
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise ConfigError(
                f"{LAST}: its weights are of another architecture: {reason}"
            ) from None
    source = {
        **_with_origins(material.origin, objectives), "settings": config.model_dump(mode="json")
    }  # fmt: skip
    captions = np.zeros(0, np.int64) if words is None else words.of_caption[:, 0]
    recorder = Recorder(folder, state, material.validation(config), captions, source, progress)
    return Pretrainer(
        model, nn.ModuleDict(objectives), config, material.batches(config), features, recorder,
        config.steps, state.step, state.optimizer,
    )  # fmt: skip


def make_objectives(
    config: PretrainConfig, encoder: nn.Module, video_width: int = 512
) -> dict[str, Objective]:
    """What is made small, by name.

    Raises
    ------
    ConfigError
        For settings that an objective cannot be made or work with.
    """
    width = int(encoder.width)  # pyright: ignore[reportArgumentType]
    made = {
        name: make_objective(name, width, config.settings_of(name), config.width, video_width)
        for name in config.objectives
    }
    for objective in made.values():
        objective.check(config)
    return made


def _with_origins(origin: Mapping[str, Any], objectives: Mapping[str, Objective]) -> dict[str, Any]:
    """What a model is made from, with what its objectives are made from."""
    origins = {name: dict(each.origin) for name, each in objectives.items() if each.origin}
    if not origins:
        return dict(origin)
    licences = {licence for each in origins.values() for licence in each.get("licences", ())}
    licences = sorted(licences | set(origin["licences"]))
    return {
        **origin, "licences": licences, "use": sum_up(licences).use, "objectives": origins,
    }  # fmt: skip


def _fit(module: Pretrainer, material: Material, folder: Path, device: torch.device) -> int:
    """Steps done, all in all."""
    from lightning import Trainer

    from imusim.learn.training.memory import is_out_of_memory
    from imusim.learn.training.recorder import Stop

    config, state = module.config, module.recorder.state
    if state.step >= config.steps:
        return state.step
    several = config.devices > 1
    with quiet():
        trainer = Trainer(
            accelerator="gpu" if device.type == "cuda" else "cpu", devices=config.devices,
            strategy="ddp_spawn" if several else "auto",
            max_epochs=1, accumulate_grad_batches=config.accumulate,
            gradient_clip_val=config.clip_norm or None, use_distributed_sampler=False,
            logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False, default_root_dir=folder,
        )  # fmt: skip
        try:
            if several:
                with Stop(signal.SIGINT):  # which all processes get; to end this one ends them
                    trainer.fit(module)
                vars(state).update(vars(read_checkpoint(folder)))  # that of the first process
                return state.step
            trainer.fit(module)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        else:
            return state.step
        finally:
            module.recorder.close()
    del trainer  # with the batch that it held, as the traceback and what that held are gone
    module.trainer = None
    raise ConfigError(_too_large(module, material, device, folder))


def _too_large(module: Pretrainer, material: Material, device: torch.device, folder: Path) -> str:
    """What to do about a batch that is too large."""
    from imusim.learn.training.batches import Batches
    from imusim.learn.training.memory import largest_that_fits

    config = module.config
    own = Batches(**material.batches(config), ranks=config.devices)
    fits = largest_that_fits(module, own, device)
    if fits is None:
        remedy = "not even one window fits: take a smaller encoder"
    else:
        remedy = (
            f"{fits * config.devices} fit: --batch-size {fits * config.devices}, or "
            f"--cached-gradients {fits} for the gradient of {config.batch_size} at a time"
        )
    kept = f"; {folder / LAST} is kept" if (folder / LAST).is_file() else ""
    return f"a batch of {config.batch_size} windows does not fit into memory; {remedy}{kept}"


@contextmanager
def quiet() -> Iterator[None]:
    """Without what Lightning tells about itself."""
    names = ("lightning.pytorch", "lightning.fabric", "lightning")
    levels = [logging.getLogger(name).level for name in names]
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning\..*")
            warnings.filterwarnings("ignore", message=".*isinstance.treespec, LeafSpec.*")
            yield
    finally:
        for name, level in zip(names, levels, strict=True):
            logging.getLogger(name).setLevel(level)
