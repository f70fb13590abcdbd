"""One step of a frame-wise training, for Lightning, and what happens between steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning import LightningModule
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from imusim.learn.online.config import FrameConfig, augmented
from imusim.learn.online.frames import FrameBatch
from imusim.learn.online.model import save_frame_model
from imusim.learn.online.tasks import Task, at_rest
from imusim.learn.online.windows import Stretches
from imusim.learn.training.batches import device_seed, stream
from imusim.learn.training.checkpoint import LOGS, MODEL, Checkpoint
from imusim.learn.training.optimizer import learning_rate, make_optimizer
from imusim.learn.training.recorder import Stop

Progress = Callable[[int, int, float], None]
"""``progress(step, steps, loss)``."""
_DRAWN, _CHANGED, _HIDDEN, _HELD = range(4)
"""Streams of random numbers that know nothing of one another."""
_MOST_HELD = 512
"""Stretches by which steps are compared."""


class FrameBatches(Dataset[tuple[int, FrameBatch]]):
    """Batch by number: nothing of what came before is needed to make one.

    Parameters
    ----------
    stretches : Stretches
    chosen : (N',) int array
        Numbers of those to draw from.
    config : FrameConfig
    """

    def __init__(self, stretches: Stretches, chosen: NDArray[np.int64], config: FrameConfig):
        self._stretches, self._chosen, self._config = stretches, chosen, config

    def __len__(self) -> int:
        return self._config.steps

    def __getitem__(self, number: int) -> tuple[int, FrameBatch]:
        seed, size = self._config.seed, self._config.batch_size
        drawn = stream(seed, _DRAWN, number).integers(len(self._chosen), size=size)
        generator = torch.Generator().manual_seed(device_seed(seed, number, _CHANGED))
        batch = self._stretches.read(self._chosen[drawn])
        return number, augmented(batch, self._config, generator)


class FrameTrainer(LightningModule):
    """A task, and how it learns.

    Parameters
    ----------
    task : Task
    config : FrameConfig
    stretches : Stretches
    chosen, held : int array
        Stretches to train on, and to choose the best step by; none: the last step is kept.
    folder : Path
    state : Checkpoint
        Where the training stands; kept up to date.
    source : mapping
        For the model's record.
    progress : callable, optional
    """

    def __init__(
        self,
        task: Task,
        config: FrameConfig,
        stretches: Stretches,
        chosen: NDArray[np.int64],
        held: NDArray[np.int64],
        folder: Path,
        state: Checkpoint,
        source: Mapping[str, Any],
        progress: Progress | None = None,
    ):
        super().__init__()
        self.task, self.config, self.state = task, config, state
        self.done, self.loss, self.stop = state.step, torch.zeros(()), Stop()
        self._stretches, self._chosen, self._held = stretches, chosen, held
        self._folder, self._source, self._progress = folder, source, progress
        self._writer: Any = None

    def train_dataloader(self) -> DataLoader[tuple[int, FrameBatch]]:
        """Batches that are left."""
        batches = FrameBatches(self._stretches, self._chosen, self.config)
        left = range(self.done, self.config.steps)
        return DataLoader(batches, batch_size=None, sampler=left, num_workers=0)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimizer, where it stood."""
        optimizer = make_optimizer(self.task, self.config)
        if self.state.optimizer:
            optimizer.load_state_dict(dict(self.state.optimizer))
        return optimizer

    def transfer_batch_to_device(
        self, batch: tuple[int, FrameBatch], device: torch.device, dataloader_idx: int
    ) -> tuple[int, FrameBatch]:
        """Move a batch."""
        del dataloader_idx
        return batch[0], batch[1].to(device)

    def training_step(self, batch: tuple[int, FrameBatch], batch_idx: int) -> Tensor:
        """Loss of a batch."""
        del batch_idx
        number, frames = batch
        torch.manual_seed(device_seed(self.config.seed, number, _HIDDEN))  # of dropout
        loss = self.task(frames, stream(self.config.seed, _HIDDEN, number))
        self.loss = loss.detach()
        return loss

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Set the learning rate of this very step."""
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(self.config, self.done, self.config.steps)

    def on_train_start(self) -> None:
        """Open the log; hear the keyboard's interrupt."""
        from torch.utils.tensorboard import SummaryWriter

        self.stop.__enter__()
        purge = self.done + 1 if self.done else None
        self._writer = SummaryWriter(str(self._folder / LOGS), purge_step=purge)

    def on_train_batch_end(self, outputs: object, batch: object, batch_idx: int) -> None:
        """A step is done: figures, validation, checkpoint, and whether to stop."""
        del outputs, batch, batch_idx
        self.done += 1
        last = self.done == self.config.steps
        if self.done % self.config.log_every == 0 or last:
            self._write("loss", float(self.loss))
            if self._progress is not None:
                self._progress(self.done, self.config.steps, float(self.loss))
        due = self.done % self.config.validation_every == 0 or last
        if due:
            self._validate()
        if due or self.stop.asked:
            self._keep()
        if self.stop.asked:
            self.trainer.should_stop = True

    def close(self) -> None:
        """Close what is open; can be called again."""
        self.stop.__exit__()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _validate(self) -> None:
        """The best step so far becomes the model."""
        if not len(self._held):
            self._save({"step": self.done})
            return
        score = at_rest(self.task, self._held_out())
        self._write(self.task.score_name, score)
        if "score" not in self.state.best or score > self.state.best["score"]:
            self._save({"step": self.done, "score": score, "of": self.task.score_name})

    def _held_out(self):
        """Stretches that are held out, always the same, with nothing but their mounting drawn."""
        config = self.config.model_copy(
            update={"scale": 0.0, "accelerometer_noise": 0.0, "gyroscope_noise": 0.0, "lost": 0.0}
        )
        some = self._held
        if len(some) > _MOST_HELD:
            some = np.sort(stream(config.seed, _HELD).choice(some, _MOST_HELD, replace=False))
        for start in range(0, len(some), config.batch_size):
            generator = torch.Generator().manual_seed(device_seed(config.seed, start, _HELD))
            batch = self._stretches.read(some[start : start + config.batch_size])
            yield augmented(batch, config, generator).to(self.device)

    def _save(self, best: Mapping[str, Any]) -> None:
        self.state.best = best
        model = self.task.model
        before = model.settings
        model.settings = replace(before, source={**self._source, "best": dict(best)})
        save_frame_model(model, self._folder / MODEL)
        model.settings = before

    def _keep(self) -> None:
        """The state to go on from."""
        self.state.step = self.done
        self.state.model = self.task.state_dict()
        self.state.optimizer = self.trainer.optimizers[0].state_dict()
        self.state.write(self._folder)

    def _write(self, name: str, figure: float) -> None:
        if self._writer is not None:
            self._writer.add_scalar(name, figure, self.done)
