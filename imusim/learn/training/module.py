"""One step of the training, for Lightning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from imusim.learn.augment import Augment
from imusim.learn.batch import SensorBatch
from imusim.learn.model import ImuTextModel
from imusim.learn.objectives import Step
from imusim.learn.training.batches import Batches, Drawn, device_seed
from imusim.learn.training.config import PretrainConfig
from imusim.learn.training.optimizer import learning_rate, make_optimizer
from imusim.learn.training.recorder import Recorder


class Pretrainer(LightningModule):
    """The model, and how it learns.

    Parameters
    ----------
    model : ImuTextModel
    objectives : nn.ModuleDict
        By name, those of ``config.objectives``.
    config : PretrainConfig
    batches : mapping
        What :class:`Batches` is made with, but for the rank.
    features : (P, D) tensor
        Of all texts; none of a training without them.
    recorder : Recorder
        Is told of every step.
    steps : int
        Of the whole training.
    done : int
        Those that are done already.
    optimizer : mapping
        State of the optimizer after these.
    """

    def __init__(
        self,
        model: ImuTextModel,
        objectives: nn.ModuleDict,
        config: PretrainConfig,
        batches: Mapping[str, Any],
        features: Tensor,
        recorder: Recorder,
        steps: int,
        done: int = 0,
        optimizer: Mapping[str, Any] | None = None,
    ):
        super().__init__()
        self.model, self.objectives = model, objectives
        self.config, self.steps, self.done = config, steps, done
        self.augment = Augment(config.augment, config.rate_hz, config.samples)
        self._batches, self._features, self._optimizer = batches, features, optimizer
        self.recorder = recorder
        self.loss = torch.zeros(())

    def train_dataloader(self) -> DataLoader[Drawn]:
        """The rank's share of each batch that is left."""
        every = self.steps * self.config.accumulate
        batches = Batches(
            **self._batches, rank=self.global_rank, ranks=self.trainer.world_size, total=every
        )
        return DataLoader(
            batches, batch_size=None, sampler=range(self.done * self.config.accumulate, every),
            num_workers=self.config.workers, pin_memory=self.device.type == "cuda",
            persistent_workers=False,
        )  # fmt: skip

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimizer, where it stood."""
        optimizer = make_optimizer(self, self.config)
        if self._optimizer:
            optimizer.load_state_dict(dict(self._optimizer))
        return optimizer

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Set the learning rate of this very step."""
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(self.config, self.done, self.steps)

    def on_fit_start(self) -> None:
        """Have the texts where the model computes."""
        self._features = self._features.to(self.device)

    def on_train_start(self) -> None:
        """Begin."""
        self.recorder.start(self.trainer.is_global_zero)

    def on_train_batch_start(self, batch: Drawn, batch_idx: int) -> None:
        """A batch is there."""
        del batch, batch_idx
        self.recorder.came()

    def on_train_batch_end(self, outputs: object, batch: Drawn, batch_idx: int) -> None:
        """A batch is done, and perhaps a step."""
        del outputs, batch
        self.recorder.learned(self)
        if (batch_idx + 1) % self.config.accumulate == 0:
            self.done += 1
            self.recorder.stepped(self)

    def on_train_end(self) -> None:
        """End."""
        self.recorder.close()

    def transfer_batch_to_device(
        self, batch: Drawn, device: torch.device, dataloader_idx: int
    ) -> Drawn:
        """Move a batch."""
        del dataloader_idx
        return batch.to(device)

    def training_step(self, batch: Drawn, batch_idx: int) -> Tensor:
        """Loss of a batch."""
        del batch_idx
        seed = device_seed(self.config.seed, batch.number, self.global_rank)
        torch.manual_seed(seed)  # of dropout
        loss = self.loss_of(batch, self.augment, seed)
        self.loss = loss.detach()
        return loss

    def loss_of(self, batch: Drawn, augment: Augment, seed: int) -> Tensor:
        """The weighted sum of the objectives'."""
        step = Step(self.model, batch, augment, self.encode, self._features, seed)
        losses = [
            weight * self.objectives[name](step) for name, weight in self.config.objectives.items()
        ]
        return torch.stack(losses).sum()

    def encode(self, sensors: SensorBatch, frames: bool = False) -> Tensor:
        """What the encoder makes of windows, (B, D) in float32, or of their samples, (N, T, D).

        With cached gradients a few windows at a time, of which nothing but that is kept: what else
        the backward pass needs is computed again when it comes to them, with the same dropout. This
        gives the gradient of Gao et al. 2021 in one graph.
        """
        some = self.config.cached_gradients
        if not some or not torch.is_grad_enabled():
            return self._encode(sensors, frames)
        parts = [
            checkpoint(self._encode, sensors[start : start + some], frames, use_reentrant=False)
            for start in range(0, len(sensors), some)
        ]
        return torch.cat([part for part in parts if isinstance(part, Tensor)])

    def embed_captions(self, texts: Tensor) -> Tensor:
        """Unit embeddings of texts by number."""
        return self.model.embed_text(self._features[texts])

    def _encode(self, sensors: SensorBatch, frames: bool) -> Tensor:
        half = uses_bf16(self.config.precision, self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            made = self.model.frames(sensors) if frames else self.model.encode(sensors)
        return made.float() if half else made


def uses_bf16(precision: str, device: torch.device) -> bool:
    """Whether the encoder computes in bfloat16: by itself only where that is faster."""
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return device.type == "cpu" and torch.cpu.get_capabilities().get("amx_bf16", False)
