"""The loaded model that all calls share, exchanged for a newer one while they go on.

A call takes ``current()`` when it begins to listen and keeps it. ``refresh()`` looks at the pointer, loads what it
names beside the old one and then exchanges the two; the old model is freed when its last recogniser is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from robot.hearing.folders import ModelFolder
from robot.hearing.loading import load
from robot.hearing.recogniser import Model


class ModelInUse:
    """``pointed`` tells which folder is to be used now (``folders.in_use`` with an instance's settings)."""

    def __init__(self, pointed: Callable[[], ModelFolder]) -> None:
        self._pointed = pointed
        self._loading = threading.Lock()
        self._model: Model | None = None

    def current(self) -> Model:
        """The model; loaded at the first call. Raises RecogniserFailed or NoSuchModel."""
        return self._model or self.refresh()

    def refresh(self) -> Model:
        """Load the model that is pointed to, unless it is loaded. On failure it raises, and the old one stays."""
        with self._loading:
            folder = self._pointed()
            if self._model is None or self._model.folder != folder.path:
                self._model = load(folder.path)
            return self._model
