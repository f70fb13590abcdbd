"""The objective against a slow plain one, and what must not change it."""

import math
import multiprocessing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.errors import ConfigError

torch = pytest.importorskip("torch")
from torch.nn.functional import normalize  # noqa: E402

from imusim.learn.objectives.contrast import NONE, Pairs, contrastive_loss  # noqa: E402


def random_pairs(seed: int, count: int, texts: int = 6, opposites: bool = True) -> Pairs:
    """Windows of up to three captions, one of them drawn; a caption's opposite is its neighbour."""
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    fitting = np.full((count, 3), NONE)
    for row in fitting:
        several = rng.choice(texts, rng.integers(1, 4), replace=False)
        row[: len(several)] = several
    text = fitting[np.arange(count), [rng.integers((row != NONE).sum()) for row in fitting]]
    words = normalize(torch.randn(texts, 5, generator=generator, dtype=torch.float64), dim=1)
    opposite = np.where(text % 3 == 2, NONE, text ^ 1)
    return Pairs(
        normalize(torch.randn(count, 5, generator=generator, dtype=torch.float64), dim=1),
        words[text],
        torch.from_numpy(text),
        torch.from_numpy(fitting),
        words[np.maximum(opposite, 0)] if opposites else None,
        torch.from_numpy(opposite) if opposites else None,
        words[text],
    )


def plain(pairs: Pairs, scale: float, both: bool, several: bool, similar: float) -> float:
    """Word for word, one number after another."""
    count = len(pairs.text)
    s = scale * (pairs.sensors @ pairs.texts.T).numpy()
    fits = np.eye(count, dtype=bool)
    for i in range(count):
        for j in range(count):
            if several and pairs.text[j] in (*pairs.fitting[i], pairs.text[i]):
                fits[i, j] = True
    targets = similar * np.array([likeness(pairs, i) for i in range(count)])
    there, back = [], []
    for i in range(count):
        below = sum(math.exp(s[i, j]) for j in range(count))
        for j in range(count):
            if pairs.opposites is None or pairs.opposite[j] in (NONE, pairs.text[i]):
                continue
            if pairs.opposite[j] not in pairs.fitting[i]:
                below += math.exp(scale * float(pairs.sensors[i] @ pairs.opposites[j]))
        target = targets[i] + (1 - similar) * fits[i] / fits[i].sum()
        there.append(-sum(target[j] * (s[i, j] - math.log(below)) for j in range(count)))
        below = sum(math.exp(s[j, i]) for j in range(count))
        target = targets[i] + (1 - similar) * fits[:, i] / fits[:, i].sum()
        back.append(-sum(target[j] * (s[j, i] - math.log(below)) for j in range(count)))
    return float((np.mean(there) + np.mean(back)) / 2 if both else np.mean(there))


def likeness(pairs: Pairs, i: int) -> np.ndarray:
    """Softmax of the cosines of the frozen features of texts over 0.2; of opposites nothing."""
    found = []
    for j in range(len(pairs.text)):
        turned = pairs.opposite is not None and (
            pairs.opposite[i] == pairs.text[j] or pairs.opposite[j] == pairs.text[i]
        )
        found.append(0.0 if turned else math.exp(float(pairs.words[i] @ pairs.words[j]) / 0.2))
    return np.array(found) / sum(found)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(1, 12), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([1.0, 0.1]), st.sampled_from([0.0, 0.3, 1.0]),
)  # fmt: skip
def test_it_is_what_the_papers_write(seed, count, both, opposites, several, divide_by, similar):
    pairs = random_pairs(seed, count, opposites=opposites)
    loss = contrastive_loss(
        pairs, torch.tensor(3.0), "symmetric" if both else "imu2text", divide_by, several,
        similar, 0.2,
    )  # fmt: skip
    assert float(loss) == pytest.approx(
        plain(pairs, 3.0 / divide_by, both, several, similar), rel=1e-6, abs=1e-6
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.randoms())
def test_the_order_of_windows_changes_nothing(seed, random):
    pairs = random_pairs(seed, 9)
    order = list(range(9))
    random.shuffle(order)
    turned = Pairs(
        pairs.sensors[order], pairs.texts[order], pairs.text[order], pairs.fitting[order],
        pairs.opposites[order], pairs.opposite[order], pairs.words[order],
    )  # fmt: skip
    one, other = (contrastive_loss(p, torch.tensor(10.0), similar=0.3) for p in (pairs, turned))
    assert float(one) == pytest.approx(float(other), rel=1e-6)


def test_with_one_caption_each_it_is_plain_cross_entropy():
    pairs = random_pairs(1, 5, opposites=False)
    number = torch.arange(5)
    alone = Pairs(pairs.sensors, pairs.texts, number, number[:, None])
    logits = 7 * (pairs.sensors @ pairs.texts.mT)
    cross = torch.nn.functional.cross_entropy
    there, back = cross(logits, number), cross(logits.mT, number)
    scale = torch.tensor(7.0)
    assert float(contrastive_loss(alone, scale)) == pytest.approx(float((there + back) / 2))
    assert float(contrastive_loss(alone, scale, "imu2text")) == pytest.approx(float(there))
    divided = contrastive_loss(alone, scale, divide_by=0.1)
    assert float(divided) == pytest.approx(float(contrastive_loss(alone, scale * 10)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_equal_captions_never_repel(seed):
    """Windows and texts that are equal draw near; only others are pushed."""
    pairs = random_pairs(seed, 10)
    generator = torch.Generator().manual_seed(seed)
    texts = torch.randn(6, 10, generator=generator)[pairs.text].requires_grad_()
    sensors = torch.eye(10)  # similarities are then the numbers of the texts themselves
    opposites = torch.randn(10, 10, generator=generator)
    loss = contrastive_loss(
        Pairs(sensors, texts, pairs.text, pairs.text[:, None], opposites, pairs.opposite),
        torch.tensor(3.0), "imu2text",
    )  # fmt: skip
    loss.backward()
    equal = pairs.text[:, None] == pairs.text
    assert float(texts.grad.mT[equal].max()) <= 1e-6
    assert float(texts.grad.mT[~equal].min()) >= -1e-6
    same = torch.zeros(10, dtype=torch.int64)
    sensors = pairs.sensors.clone().requires_grad_()
    alike = Pairs(sensors, pairs.texts[:1].expand(10, -1), same, same[:, None])
    loss = contrastive_loss(alike, torch.tensor(8.0), "imu2text")
    loss.backward()
    assert loss.item() == pytest.approx(math.log(10), rel=1e-6)
    assert float(sensors.grad.abs().max()) < 1e-6


def test_an_opposite_that_fits_does_not_count():
    pairs = random_pairs(3, 4, opposites=False)
    number = torch.tensor([0, 1, 0, 2])
    alone = Pairs(pairs.sensors, pairs.texts[number], number, number[:, None])
    against = [
        Pairs(alone.sensors, alone.texts, number, number[:, None], alone.texts.roll(1, 0), opposite)
        for opposite in (torch.full((4,), NONE), torch.tensor([1, 0, 1, NONE]))
    ]
    losses = [float(contrastive_loss(p, torch.tensor(5.0))) for p in (alone, *against)]
    assert losses[0] == losses[1] < losses[2]
    fits_all = torch.tensor([[0, 1, 2]]).expand(4, -1)
    freed = Pairs(alone.sensors, alone.texts, number, fits_all, against[1].opposites,
                  against[1].opposite)  # fmt: skip
    without = Pairs(alone.sensors, alone.texts, number, fits_all)
    scale = torch.tensor(5.0)
    assert float(contrastive_loss(freed, scale)) == float(contrastive_loss(without, scale))


def test_unknown_ways_are_refused():
    pairs = random_pairs(0, 3)
    with pytest.raises(ConfigError, match="no objective 'text2imu'"):
        contrastive_loss(pairs, torch.tensor(1.0), "text2imu")
    with pytest.raises(ConfigError, match="must be positive"):
        contrastive_loss(pairs, torch.tensor(1.0), divide_by=0.0)
    with pytest.raises(ConfigError, match="likeness of texts"):
        contrastive_loss(Pairs(pairs.sensors, pairs.texts, pairs.text, pairs.fitting),
                         torch.tensor(1.0), similar=0.3)  # fmt: skip


def _share(pairs: Pairs, rank: int, ranks: int) -> tuple[torch.Tensor, ...]:
    count = len(pairs.text) // ranks
    parts = (
        pairs.sensors, pairs.texts, pairs.text, pairs.fitting, pairs.opposites, pairs.opposite,
        pairs.words,
    )  # fmt: skip
    return tuple(part[rank * count : (rank + 1) * count] for part in parts)


def _trained(pairs: Pairs, rank: int, ranks: int):
    """Loss and gradients of what the ranks share, as DDP makes them: the mean over ranks."""
    weight = (torch.eye(5, dtype=torch.float64) * 1.5).requires_grad_()
    projection = (torch.eye(5, dtype=torch.float64) * 0.5).requires_grad_()
    scale = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)
    sensors, texts, text, fitting, opposites, opposite, words = _share(pairs, rank, ranks)
    loss = contrastive_loss(
        Pairs(normalize(sensors @ weight, dim=1), normalize(texts @ projection, dim=1), text,
              fitting, normalize(opposites @ projection, dim=1), opposite, words), scale,
        similar=0.3,
    )  # fmt: skip
    loss.backward()
    found = [loss.detach(), weight.grad, projection.grad, scale.grad]
    for part in found if ranks > 1 else ():
        torch.distributed.all_reduce(part)
        part /= ranks
    return [part.numpy() for part in found]


def _of_rank(argument):
    seed, store, rank = argument
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=2
    )
    try:
        found = _trained(random_pairs(seed, 8), rank, 2)
        torch.distributed.barrier()  # or one leaves while the other still connects
        return found
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.skipif(not torch.distributed.is_available(), reason="PyTorch without distributed")
def test_two_ranks_are_one_with_the_joint_batch(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        work = [(11, tmp_path / "store", rank) for rank in range(2)]
        ranks = pool.map(_of_rank, work, chunksize=1)
    joint = _trained(random_pairs(11, 8), 0, 1)
    for found in ranks:
        for one, other in zip(found, joint, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)
