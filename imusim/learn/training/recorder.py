"""What happens between steps: figures, validation, checkpoints, stopping."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.learn.augment import Augment
from imusim.learn.model import save_model
from imusim.learn.objectives import TEXT, Objective
from imusim.learn.objectives.contrast import NONE
from imusim.learn.training.batches import Drawn, device_seed, part_of
from imusim.learn.training.checkpoint import LOGS, MODEL, Checkpoint
from imusim.learn.training.retrieval import Retrieval, retrieval

if TYPE_CHECKING:
    from imusim.learn.training.module import Pretrainer

_CHUNK = 256
"""Windows of a validation that are encoded at a time."""


@dataclass(frozen=True)
class HeldLoss:
    """Of held-out windows, by which steps without texts are compared.

    Parameters
    ----------
    loss : float
    windows : int
    """

    loss: float
    windows: int

    @property
    def score(self) -> float:
        """What is best where it is largest."""
        return -self.loss

    @property
    def headline(self) -> str:
        """In a few characters."""
        return f"held out {self.loss:.2f}"


Found = Retrieval | HeldLoss


@dataclass(frozen=True)
class Status:
    """Where a training stands.

    Parameters
    ----------
    step, steps : int
        Done, and of the whole.
    samples_s : float
        Windows a second over all devices, lately.
    waiting : float
        Share of the time that went by before the next batch was there, lately.
    loss : float
    found : Retrieval or HeldLoss, optional
        The last validation.
    """

    step: int
    steps: int
    samples_s: float
    waiting: float
    loss: float
    found: Found | None


Progress = Callable[[Status], None]


class Stop:
    """Asked for by the keyboard's interrupt, or by a scheduler that ends the process: a training
    ends after the step; at once the second time.

    It stands in for the handlers of others in a ``with`` block of the main thread.

    Parameters
    ----------
    *numbers : signal.Signals
        What asks.
    """

    def __init__(self, *numbers: signal.Signals) -> None:
        self.asked = False
        self._numbers = numbers or (signal.SIGINT, signal.SIGTERM)
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._ask) for each in self._numbers}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._ask:  # else whoever came before is back already
                signal.signal(number, handler)
        self._before = {}

    def _ask(self, number: int, frame: object) -> None:
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


class Recorder:
    """Logs, validates, keeps the best model and the last state.

    Parameters
    ----------
    folder : Path
    state : Checkpoint
        Where the training stands; kept up to date.
    validation : Drawn, optional
        Windows to choose the best step by.
    captions : (M,) int array
        Numbers of the captions themselves among the texts.
    source : mapping
        For the model's record.
    progress : callable, optional
    """

    def __init__(
        self,
        folder: Path,
        state: Checkpoint,
        validation: Drawn | None,
        captions: NDArray[np.int64],
        source: Mapping[str, Any],
        progress: Progress | None = None,
    ):
        self.folder, self.state, self.source = folder, state, source
        self._validation, self._progress = validation, progress
        self._captions = captions
        self.found: Found | None = None
        self.stop = Stop()
        self._writer: Any = None
        self._waited = self._spent = 0.0
        self._seen = 0
        self._mark = 0.0
        self._first = True

    def start(self, writes: bool) -> None:
        """Open the log, in one of the ranks; start the clock."""
        self.stop.__enter__()
        self._first = True
        if writes:
            from torch.utils.tensorboard import SummaryWriter

            purge = self.state.step + 1 if self.state.step else None
            self._writer = SummaryWriter(str(self.folder / LOGS), purge_step=purge)
        self._mark = time.perf_counter()

    def came(self) -> None:
        """Note how long a batch was waited for; the first one's wait does not count."""
        if not self._first:
            self._waited += self._since_mark()
        self._first = False
        self._mark = time.perf_counter()

    def learned(self, module: Pretrainer) -> None:
        """Note that a batch is done."""
        self._spent += self._since_mark()
        self._seen += module.config.batch_size
        self._mark = time.perf_counter()

    def stepped(self, module: Pretrainer) -> None:
        """After a step: figures, validation, checkpoint, and whether to stop."""
        config, last = module.config, module.done == module.steps
        if module.done % config.log_every == 0 or last:
            self._log(module)
        stopped = self._asked(module)
        due = module.done % config.validation_every == 0 or last
        if due:
            self._validate(module)
        if due or stopped:
            self._keep(module)
        if stopped:
            module.trainer.should_stop = True
        self._mark = time.perf_counter()

    def close(self) -> None:
        """Close what is open; can be called again."""
        self.stop.__exit__()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _since_mark(self) -> float:
        return time.perf_counter() - self._mark

    def _asked(self, module: Pretrainer) -> bool:
        """Whether to stop, alike in all ranks."""
        if module.trainer.world_size == 1:
            return self.stop.asked
        return module.trainer.strategy.reduce_boolean_decision(self.stop.asked, all=False)

    def _log(self, module: Pretrainer) -> None:
        """Figures since the last time."""
        took_s = max(self._spent + self._waited, 1e-9)
        status = Status(
            module.done, module.steps, self._seen / took_s, self._waited / took_s,
            float(module.loss), self.found,
        )  # fmt: skip
        self._waited = self._spent = 0.0
        self._seen = 0
        self._write(
            module.done,
            loss=status.loss,
            **({"logit_scale": module.model.scale().item()} if TEXT in module.config.needs else {}),
            learning_rate=float(module.trainer.optimizers[0].param_groups[0]["lr"]),
            samples_a_second=status.samples_s,
            share_of_time_waiting=status.waiting,
        )
        if self._progress is not None and self._writer is not None:
            self._progress(status)

    def _validate(self, module: Pretrainer) -> None:
        """Retrieval among held-out clips, or their loss; the best step so far is the model."""
        if self._validation is None:
            self.state.best = {"step": module.done}
            self._save(module)
            return
        if TEXT in module.config.needs:
            found = retrieve(module, self._validation, self._captions)
            figures = {"at_1": found.recall_1, "at_5": found.recall_5, "mrr": found.reciprocal_rank}
            self._write(module.done, **{f"retrieval_{name}": v for name, v in figures.items()})
        else:
            found = held_loss(module, self._validation)
            self._write(module.done, held_out_loss=found.loss)
        self.found = found
        best = self.state.best
        if "score" not in best or found.score > best["score"]:
            self.state.best = {"step": module.done, "score": found.score, **asdict(found)}
            self._save(module)

    def _save(self, module: Pretrainer) -> None:
        if not module.trainer.is_global_zero:
            return
        source = {**self.source, "step": module.done, "retrieval": dict(self.state.best)}
        before = module.model.settings
        module.model.settings = replace(before, source=source)
        learnt = {
            f"{name}.{weights}": values
            for name, objective in module.objectives.items()
            if isinstance(objective, Objective) and objective.kept
            for weights, values in objective.state_dict().items()
        }
        save_model(module.model, self.folder / MODEL, learnt)
        module.model.settings = before

    def _keep(self, module: Pretrainer) -> None:
        """The state to go on from."""
        self.state.step = module.done
        self.state.model = module.model.state_dict()
        self.state.objectives = module.objectives.state_dict()
        self.state.optimizer = module.trainer.optimizers[0].state_dict()
        if module.trainer.is_global_zero:
            self.state.write(self.folder)

    def _write(self, step: int, **figures: float) -> None:
        if self._writer is None:
            return
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)


@torch.no_grad()
def retrieve(module: Pretrainer, held: Drawn, captions: NDArray[np.int64]) -> Retrieval:
    """How well held-out windows find their captions, with nothing but their mounting drawn.

    Parameters
    ----------
    module : Pretrainer
    held : Drawn
    captions : (M,) int array
        Numbers of the captions themselves among the texts.
    """
    config, device = module.config, module.device
    augment = Augment(config.augment.plain(), config.rate_hz, config.samples)
    was = module.model.training
    module.model.eval()
    made = []
    for start in range(0, len(held), _CHUNK):
        generator = torch.Generator(device).manual_seed(device_seed(config.seed, start, 0))
        raw = part_of(held.raw, slice(start, min(start + _CHUNK, len(held)))).to(device)
        made.append(module.model.project(module.encode(augment(raw, generator))))
    of_windows = held.captions
    told = np.unique(of_windows[of_windows != NONE])
    place = np.full(len(captions), NONE)
    place[told] = np.arange(len(told))
    fitting = np.where(of_windows == NONE, NONE, place[of_windows])
    texts = module.embed_captions(torch.from_numpy(captions[told]).to(device))
    module.model.train(was)
    return retrieval(torch.cat(made), texts, torch.from_numpy(fitting).to(device))


@torch.no_grad()
def held_loss(module: Pretrainer, held: Drawn) -> HeldLoss:
    """What training makes small, of held-out windows, always of the same draws."""
    was = module.training
    module.eval()
    count, total, every = module.config.own_batch, 0.0, len(held)
    for start in range(0, every - every % count or every, count):
        part = held.part(slice(start, start + count)).to(module.device)
        seed = device_seed(module.config.seed, start, 0)
        total += float(module.loss_of(part, module.augment, seed)) * len(part)
    module.train(was)
    return HeldLoss(total / (every - every % count or every), every)
