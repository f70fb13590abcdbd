"""What every encoder must hold: only what is known of a window counts, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from encoder_batches import make_batch  # noqa: E402

from imusim.learn.batch import UNKNOWN, SensorBatch  # noqa: E402
from imusim.learn.encoders import ENCODERS, make_encoder  # noqa: E402

NARROW = {"widths": (8, 8, 8, 16, 16)}
SETTINGS = {
    "sensor_graph": {"widths": (8, 16), "width": 16},
    "cnn_gru": {"width": 16},
    "resnet": {"widths": (8, 16, 16), "depths": (2, 1, 1)},
    "harnet5": NARROW,
    "harnet10": NARROW,
    "harnet30": NARROW,
    "deep_conv_lstm": {"filters": 8, "cells": 16},
    "limu_bert": {"samples": 30, "blocks": 2},
}
SAMPLES = {"cnn_gru": 240, "harnet5": 130, "harnet10": 280, "cnn": 90, "limu_bert": 50}
"""Of windows, where several frames or the last piece need more than 32."""
PLACED = {"sensor_graph", "stgcn"}
"""Those to which it counts where sensors sit."""
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=6, deadline=None)


@pytest.fixture(scope="module", params=list(ENCODERS))
def encode(request):
    torch.manual_seed(1)
    model = make_encoder(request.param, SETTINGS.get(request.param)).eval()

    @torch.no_grad()
    def embed(batch):
        made = model(batch)
        assert made.shape == (len(batch), model.width)
        assert made.isfinite().all()
        return made

    embed.name = request.param
    return embed


def batch_for(encode, seed, **more):
    return make_batch(seed, samples=SAMPLES.get(encode.name, 32), **more)


def same(one, other):
    scale = one.abs().max().clamp(min=1)
    np.testing.assert_allclose(one / scale, other / scale, atol=1e-5)


@few
@given(seeds)
def test_what_is_not_known_counts_for_nothing(encode, seed):
    batch = batch_for(encode, seed)
    signals, placement = batch.signals.clone(), batch.placement.clone()
    known = batch.present.repeat_interleave(3, dim=-1)[..., None] & batch.valid[:, None, None]
    torch.manual_seed(seed + 1)
    signals[~known.expand_as(signals)] = 1e3 * torch.randn(int((~known.expand_as(signals)).sum()))
    placement[~batch.worn] = torch.randint(UNKNOWN + 1, (int((~batch.worn).sum()),))
    same(encode(batch), encode(SensorBatch(signals, placement, batch.present, batch.valid)))


def test_not_even_where_it_is_no_number(encode):
    batch = batch_for(encode, 5)
    signals = batch.signals.clone()
    known = batch.present.repeat_interleave(3, dim=-1)[..., None] & batch.valid[:, None, None]
    signals[~known.expand_as(signals)] = torch.nan
    dirty = SensorBatch(signals, batch.placement, batch.present, batch.valid)
    same(encode(batch), encode(dirty))


@few
@given(seeds, st.integers(1, 70))
def test_padding_behind_counts_for_nothing(encode, seed, more):
    batch = batch_for(encode, seed)
    longer = SensorBatch(
        torch.cat([batch.signals, torch.randn(*batch.signals.shape[:3], more)], dim=-1),
        batch.placement,
        batch.present,
        torch.cat([batch.valid, torch.zeros(len(batch), more, dtype=torch.bool)], dim=-1),
    )
    same(encode(batch), encode(longer))


@few
@given(seeds, st.integers(1, 4))
def test_absent_sensors_count_for_nothing(encode, seed, more):
    batch = batch_for(encode, seed)
    count, _, channels, samples = batch.signals.shape
    absent = SensorBatch(
        torch.cat([torch.randn(count, more, channels, samples), batch.signals], dim=1),
        torch.cat([torch.randint(UNKNOWN + 1, (count, more)), batch.placement], dim=1),
        torch.cat([torch.zeros(count, more, 2, dtype=torch.bool), batch.present], dim=1),
        batch.valid,
    )
    same(encode(batch), encode(absent))


@few
@given(seeds)
def test_the_order_of_sensors_counts_for_nothing(encode, seed):
    batch = batch_for(encode, seed, sensors=5)
    order = torch.randperm(5, generator=torch.Generator().manual_seed(seed))
    turned = SensorBatch(
        batch.signals[:, order], batch.placement[:, order], batch.present[:, order], batch.valid
    )
    same(encode(batch), encode(turned))


@few
@given(seeds, st.integers(0, 3))
def test_a_window_is_alone(encode, seed, number):
    batch = batch_for(encode, seed)
    same(encode(batch)[[number]], encode(batch[[number]]))


def test_windows_without_sensors_or_samples(encode):
    batch = batch_for(encode, 4)
    none = torch.zeros_like(batch.present)
    encode(SensorBatch(batch.signals, batch.placement, none, batch.valid))
    encode(SensorBatch(batch.signals, batch.placement, batch.present, batch.valid & False))


def test_what_is_known_counts(encode):
    batch = batch_for(encode, 6)
    moved = SensorBatch(
        batch.signals, (batch.placement + 1) % UNKNOWN, batch.present, batch.valid
    )  # fmt: skip
    if encode.name in PLACED:
        assert (encode(batch) - encode(moved)).abs().max() > 1e-3
    else:
        same(encode(batch), encode(moved))
    folded = SensorBatch(batch.signals.abs(), batch.placement, batch.present, batch.valid)
    assert (encode(batch) - encode(folded)).abs().max() > 1e-3
    backwards = SensorBatch(batch.signals.flip(-1), batch.placement, batch.present, batch.valid)
    assert (encode(batch) - encode(backwards)).abs().max() > 1e-4
