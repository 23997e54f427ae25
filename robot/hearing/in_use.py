"""The loaded model that all calls share, exchanged for a newer one while they go on.

A call takes ``current()`` when it begins to listen and keeps it. When the pointer has changed (``ivr models adapt``),
what it names is loaded beside the old model, in a thread of its own, and then the two are exchanged: the call that
notices it hears with the old one still. The old model is freed when its last recogniser is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from ivr.errors import IvrError
from robot.hearing.folders import ADAPTED, SHIPPED, ModelFolder
from robot.hearing.loading import load
from robot.hearing.recogniser import Model, RecogniserFailed
from robot.hearing.trying import TrialFailed, try_apart

log = structlog.get_logger(__name__)


class ModelInUse:
    """``pointed`` tells which folder is to be used now (``folders.in_use`` with an instance's settings); ``pointer`` is
    the file whose change says that it may be another one."""

    def __init__(self, pointed: Callable[[], ModelFolder], pointer: Path | None = None) -> None:
        self._pointed, self._pointer = pointed, pointer
        self._loading = threading.Lock()
        self._model: Model | None = None
        self._seen = 0

    def current(self) -> Model:
        """The model; loaded at the first call. Raises RecogniserFailed or NoSuchModel."""
        if self._model is None:
            return self.refresh()
        if self._changed() != self._seen and not self._loading.locked():
            self._seen = self._changed()
            threading.Thread(target=self._exchange, name="model", daemon=True).start()
        return self._model

    def refresh(self) -> Model:
        """Load the model that is pointed to, unless it is loaded. On failure it raises, and the old one stays."""
        with self._loading:
            self._seen = self._changed()
            folder = self._pointed()
            if self._model is None or self._model.folder != folder.path:
                _try(folder)
                self._model = load(folder.path)
            return self._model

    def _exchange(self) -> None:
        try:
            model = self.refresh()
        except (IvrError, OSError) as error:
            log.error("the new model cannot be used, the old one is", error=str(error), hint="ivr models adapt")
        else:
            log.info("callers are heard with another model from now on", model=model.folder.name)

    def _changed(self) -> int:
        """When the pointer was last written, in nanoseconds; 0 when there is none."""
        try:
            return self._pointer.stat().st_mtime_ns if self._pointer else 0
        except OSError:
            return 0


def _try(folder: ModelFolder) -> None:
    """Load a model that is not ours in a process of its own first: a damaged one ends the process that loads it, and
    that must not be the engine's (adapted ones have been tried when they were made). Raises RecogniserFailed."""
    if folder.path.parent == SHIPPED or (folder.path / ADAPTED).is_file():
        return
    try:
        try_apart(folder.path)
    except TrialFailed as error:
        raise RecogniserFailed(f"{folder.path.name}: {error} (ivr models check)") from error
