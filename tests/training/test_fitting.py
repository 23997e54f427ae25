"""Training goes on where it stopped, and its figures with it."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch comes with the extra train")

from robot.hearing.phones import BASE  # noqa: E402
from robot.training.dataset import Example  # noqa: E402
from robot.training.features import BINS  # noqa: E402
from robot.training.fitting import Progress, fit  # noqa: E402
from robot.training.objective import phone_bigram  # noqa: E402


def test_a_finished_training_that_is_started_again_tells_its_figures_again(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    word = [BASE["d"], BASE["A"]]
    phones = (0, *word, 0)
    examples = [
        Example(chance.standard_normal((60, BINS)).astype(np.float16), phones, (0,) * len(phones)) for _ in range(8)
    ]
    told: list[Progress] = []

    def trained() -> Progress:
        fit(
            examples, phone_bigram([[word]]), 0.02, tmp_path / "network.pt", width=8, depth=1, report=told.append,
        )  # fmt: skip
        return told[-1]

    first = trained()
    assert first.share == 1.0
    assert first.step > 0
    assert first.cross_entropy > 0
    again = trained()
    assert (again.step, again.mmi, again.cross_entropy) == (first.step, first.mmi, first.cross_entropy)
