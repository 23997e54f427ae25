"""The two sums over paths against sums over all paths written out one by one."""

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch comes with the extra train")

from robot.hearing.phones import BASE, PDFS  # noqa: E402
from robot.training.objective import phone_bigram, said, sayable  # noqa: E402


def alignments(phones: list[int], frames: int):
    """Every way to spread ``frames`` over ``phones``, at least one each."""
    for cuts in itertools.combinations(range(1, frames), len(phones) - 1):
        edges = [0, *cuts, frames]
        yield [
            (phone, edge == start)
            for phone, start, end in zip(phones, edges, edges[1:], strict=False)
            for edge in range(start, end)
        ]


def path_score(scores: np.ndarray, path) -> float:
    return float(
        np.prod([scores[frame, 2 * phone + (0 if entered else 1)] for frame, (phone, entered) in enumerate(path)])
    )


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(1).uniform(0.1, 1.0, (6, PDFS))


def test_what_was_said_is_the_sum_over_all_its_alignments(scores: np.ndarray) -> None:
    # Silence, а phone, optional silence, a phone, silence: with and without the optional one.
    phones, optional = [0, 5, 0, 7, 0], [0, 0, 1, 0, 0]
    expected = sum(
        path_score(scores, path) for chosen in (phones, [0, 5, 7, 0]) for path in alignments(chosen, len(scores))
    )
    places = torch.tensor([phones]), torch.tensor([optional], dtype=torch.double), torch.tensor([5])
    got = said(torch.tensor(scores[None]), torch.tensor([6]), *places)
    assert float(got[0]) == pytest.approx(np.log(expected), abs=1e-9)


def test_silence_alone_is_one_path(scores: np.ndarray) -> None:
    got = said(
        torch.tensor(scores[None]), torch.tensor([6]), torch.tensor([[0, 0, 0]]), torch.zeros(1, 3, dtype=torch.double),
        torch.tensor([1]),
    )  # fmt: skip
    assert float(got[0]) == pytest.approx(np.log(path_score(scores, [(0, frame == 0) for frame in range(6)])), abs=1e-9)


def test_frames_behind_the_end_do_not_count(scores: np.ndarray) -> None:
    phones, optional, counts = torch.tensor([[0, 5, 0]]), torch.zeros(1, 3, dtype=torch.double), torch.tensor([3])
    short = said(torch.tensor(scores[None, :4]), torch.tensor([4]), phones, optional, counts)
    padded = said(torch.tensor(scores[None]), torch.tensor([4]), phones, optional, counts)
    assert float(short[0]) == pytest.approx(float(padded[0]), abs=1e-12)
    bigram = phone_bigram([[[5], [7]]])
    assert float(sayable(torch.tensor(scores[None, :4]), torch.tensor([4]), bigram)[0]) == pytest.approx(
        float(sayable(torch.tensor(scores[None]), torch.tensor([4]), bigram)[0]), abs=1e-12
    )


def test_everything_sayable_is_the_sum_over_all_phone_sequences() -> None:
    frames = 3
    scores = np.random.default_rng(2).uniform(0.1, 1.0, (frames, PDFS))
    bigram = phone_bigram([[[5, 3], [7]], [[2]]])
    first, following, last = bigram.first.numpy(), bigram.following.numpy(), bigram.last.numpy()
    expected = 0.0
    for length in range(1, frames + 1):
        for phones in itertools.product(range(len(BASE)), repeat=length):
            weight = first[phones[0]] * last[phones[-1]]
            weight *= np.prod([following[a, b] for a, b in itertools.pairwise(phones)])
            expected += sum(weight * path_score(scores, path) for path in alignments(list(phones), frames))
    got = sayable(torch.tensor(scores[None]), torch.tensor([frames]), bigram)
    assert float(got[0]) == pytest.approx(np.log(expected), abs=1e-9)


def test_the_bigram_is_made_of_probabilities() -> None:
    bigram = phone_bigram([[[5, 3], [7]], [[2]], []])
    assert torch.allclose(bigram.following.sum(1) + bigram.last, torch.ones(len(BASE), dtype=torch.double))
    assert float(bigram.first.sum()) == pytest.approx(1)
