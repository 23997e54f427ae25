"""The amounts of the recipe: how much is said by whom, disturbed how often, trained how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

VERSION = "2"
"""Goes up whenever a model made anew would differ in kind; written into its card. 2: harder bands, fainter callers."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Utterances per synthesiser, versions of each in noise, minutes of training on two cores: long, then polishing."""

    rhvoice: int = 30_000
    espeak: int = 6_000
    festival: int = 5_000
    copies: int = 4
    minutes: float = 65.0
    polish: float = 12.0
    seed: int = 1

    def scaled(self, share: float) -> Recipe:
        """A smaller one of the same kind, to try the steps: ``share`` of everything."""
        return replace(
            self, rhvoice=max(20, int(self.rhvoice * share)), espeak=max(20, int(self.espeak * share)),
            festival=max(20, int(self.festival * share)), copies=max(1, int(self.copies * share)),
            minutes=self.minutes * share, polish=self.polish * share,
        )  # fmt: skip

    def lasting(self, minutes: float) -> Recipe:
        """The same with another length of training."""
        return replace(self, minutes=minutes)

    def engines(self) -> dict[str, int]:
        """Synthesiser → utterances."""
        return {"rhvoice": self.rhvoice, "espeak": self.espeak, "festival": self.festival}
