"""Views, motion and PRIMUS' sum of both, against plain loops; what the queue holds."""

import multiprocessing
from collections import deque
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from objective_steps import (  # noqa: E402
    SPACE,
    VIDEO,
    WIDTH,
    augment,
    drawn,
    encode,
    plain_nce,
    small_model,
    step_of,
    unit,
)

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.examples import Raw  # noqa: E402
from imusim.learn.objectives import find_objective, make_objective  # noqa: E402
from imusim.learn.objectives.queue import FeatureQueue  # noqa: E402


def make(name, **given):
    torch.manual_seed(3)
    return make_objective(name, WIDTH, given, SPACE, VIDEO)


def rows(linear, batch, view=0):
    sensors = augment(batch.raw, torch.Generator().manual_seed(view))
    return [unit(linear, encode(sensors[[n]])[0]) for n in range(len(batch))]


def motions(encoder, batch):
    """Of each window, encoded alone."""
    return [
        encoder(batch.motion[n : n + 1])[0].detach().double().numpy() for n in range(len(batch))
    ]


def videos(primus, batch):
    """None of windows without one."""
    return [unit(primus.video, row) if row.any() else None for row in batch.video]


def texts(model, batch):
    features = step_of(model, batch).features
    return [unit(model.text_projection, features[n]) for n in batch.text]


@torch.no_grad()
def test_views_are_plain_infonce():
    views, batch = make("views", space=SPACE, temperature=0.3), drawn(0, 6)
    found = views(step_of(small_model(), batch))
    expected = plain_nce(rows(views.head, batch), rows(views.head, batch, 1), 1 / 0.3)
    assert float(found) == pytest.approx(expected, rel=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("name", ["text", "views", "motion", "primus"])
def test_windows_that_accompany_a_batch_are_for_others(name):
    model, batch = small_model(), drawn(0, 6)
    company = drawn(1, 12).raw
    both = (torch.cat([getattr(one, f.name) for one in (batch.raw, company)]) for f in fields(Raw))
    objective = make(name).eval()
    alone = objective(step_of(model, batch))
    torch.testing.assert_close(
        objective(step_of(model, replace(batch, raw=Raw(*both), companions=2))), alone
    )


def test_motion_is_plain_infonce():
    motion, batch = make("motion", space=SPACE, temperature=0.3), drawn(1, 6)
    found = motion(step_of(small_model(), batch))
    expected = plain_nce(rows(motion.head, batch), motions(motion.motion, batch), 1 / 0.3)
    assert float(found) == pytest.approx(expected, rel=1e-6)


@torch.no_grad()
@pytest.mark.parametrize(
    "modalities",
    [["text"], ["motion"], ["text", "motion"], ["video"], ["text", "video"],
     ["text", "video", "motion"]],
)  # fmt: skip
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_primus_is_the_sum_of_its_terms(modalities, alpha):
    """Over several steps, with a queue that is empty at first and overflows at last."""
    model = small_model()
    primus = make("primus", alpha=alpha, queue=13, modalities=modalities, temperature=0.4)
    queue = deque(maxlen=13)
    for step in range(4):
        batch = drawn(step, 6)
        found = float(primus(step_of(model, batch)))
        head = model.sensor_projection if "text" in modalities else primus.head
        scale = float(model.scale() if "text" in modalities else primus.scale())
        others = []
        if "motion" in modalities:
            others.append(motions(primus.motion, batch))
        if "video" in modalities:
            others.append(videos(primus, batch))
            assert sum(each is None for each in others[-1]) == 2
        if "text" in modalities:
            others.append(texts(model, batch))
        sensors = rows(head, batch)
        expected = (1 - alpha) * sum(plain_nce(sensors, each, scale) for each in others)
        view = rows(primus.views.head, batch) if alpha else []
        if alpha:
            again = rows(primus.views.head, batch, 1)
            expected += alpha * plain_nce(view, again, 1 / 0.4)
        known = [held for held in queue if held[0] is not None]
        if known:
            nothing = (None,) * (len(others) + 1)
            near = [
                nothing if row is None else max(known, key=lambda held: float(held[0] @ row))
                for row in others[0]
            ]
            for k in range(len(others)):
                expected += (1 - alpha) * plain_nce(sensors, [held[k] for held in near], scale)
            if alpha:
                expected += alpha * plain_nce(view, [held[-1] for held in near], 1 / 0.4)
        queue.extend(zip(*others, *([view] if alpha else []), strict=True))
        assert found == pytest.approx(expected, rel=1e-6)
    assert int(primus.queue.came) == 24


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.lists(st.integers(0, 13), max_size=8), st.integers(0, 10**6))
def test_the_queue_is_first_in_first_out(size, counts, seed):
    generator = torch.Generator().manual_seed(seed)
    queue, plain = FeatureQueue(size, 2, 3), deque(maxlen=size)
    for count in counts:
        new = torch.randn(count, 2, 3, generator=generator)
        new[torch.rand(count, generator=generator) < 0.3, 1] = 0  # has none of that kind
        asked = torch.randn(4, 3, generator=generator)
        asked[0] = 0
        found = queue.nearest(1, asked)
        assert not found[0].any()
        there = [held for held in plain if held[1].any()]
        for row, ask in zip(found[1:], asked[1:], strict=True):
            if there:
                best = max(there, key=lambda held: float(held[1].double() @ ask.double()))
                assert torch.equal(row, best)
            else:
                assert not row.any()
        queue.add(new)
        plain.extend(new)
        assert len(queue) == len(plain)
        oldest = int(queue.came) - len(plain)
        held = [queue.held[(oldest + n) % size] for n in range(len(plain))]
        assert all(torch.equal(one, other) for one, other in zip(held, plain, strict=True))


def test_only_training_fills_the_queue_and_no_gradient_flows_into_it():
    model, primus = small_model(), make("primus", queue=9)
    primus.eval()
    primus(step_of(model, drawn(0, 6)))
    assert int(primus.queue.came) == 0
    primus.train()
    for seed in range(2):
        primus(step_of(model, drawn(seed, 6))).backward()
    assert int(primus.queue.came) == 12
    assert not primus.queue.held.requires_grad
    assert {"queue.held", "queue.came"} <= set(primus.state_dict())
    assert all(weight.grad is not None for weight in primus.parameters())


def test_needs_follow_from_the_modalities():
    primus = find_objective("primus")
    assert primus.needs_of({}) == {"text", "motion"}
    assert primus.needs_of({"modalities": ["motion"]}) == {"motion"}
    assert primus.needs_of({"modalities": ["video", "text"]}) == {"video", "text"}
    assert find_objective("views").needs_of({}) == set()
    assert find_objective("motion").needs_of({}) == {"motion"}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("primus", {"alpha": 1.0}, "alpha must be from 0 to below 1, not 1.0; views alone"),
        ("primus", {"alpha": "half"}, "objective primus: "),
        ("primus", {"queue": -1}, "queue must be 0 or more windows, not -1"),
        ("primus", {"modalities": ["sound"]}, "modalities: some of motion, video, text, not"),
        ("primus", {"modalities": 3}, "objective primus: "),
        ("primus", {"space": 3}, "objective primus: .*space"),
        ("views", {"temperature": 0.0}, "temperature must be 0.01 or more, not 0.0"),
        ("views", {"alpha": 0.0}, "objective views: .*alpha"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, given, message):
    with pytest.raises(ConfigError, match=message):
        make(name, **given)


def _trained(rank, ranks):
    """Loss and gradients of the second step, as DDP makes them, and the queue."""
    every = ["motion", "video", "text"]
    model, primus = small_model(), make("primus", queue=9, alpha=0.4, modalities=every)
    for seed in range(2):
        batch = drawn(seed, 8)
        share = len(batch) // ranks
        part = batch.part(slice(rank * share, (rank + 1) * share))
        model.zero_grad()
        primus.zero_grad()
        loss = primus(step_of(model, part))
        loss.backward()
    weights = [*primus.parameters(), *model.parameters()]
    found = [loss.detach(), *(each.grad for each in weights if each.grad is not None)]
    for each in found if ranks > 1 else ():
        torch.distributed.all_reduce(each)
        each /= ranks
    return [each.numpy() for each in (*found, primus.queue.held, primus.queue.came)]


def _of_rank(argument):
    store, rank = argument
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=2
    )
    try:
        found = _trained(rank, 2)
        torch.distributed.barrier()  # or one leaves while the other still connects
        return found
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.skipif(not torch.distributed.is_available(), reason="PyTorch without distributed")
def test_two_ranks_are_one_with_the_joint_batch_and_hold_the_same_queue(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        ranks = pool.map(_of_rank, [(tmp_path / "store", rank) for rank in range(2)], chunksize=1)
    joint = _trained(0, 1)
    for found in ranks:
        for one, other in zip(found, joint, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-6)
