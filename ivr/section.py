"""What every table of ivr.toml is: frozen, and unknown keys are errors."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of ivr.toml: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
