"""What all tests share."""

from collections.abc import Iterator

import pytest
import structlog

# Tracebacks in test output stay short and, as in the product, never show local variables.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
QUIET = structlog.get_config()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test runs in this process sets the logs up for itself."""
    yield
    structlog.configure(**QUIET)
