"""What callers hear, as words: prompts with values → fragments, each of which is one clip of sound.

Pure. The wordings are in ``prompts/ru/*.yaml``; sound is made elsewhere, from :class:`Fragment`.
"""

from ivr.prompts.book import PromptBook
from ivr.prompts.model import MOSCOW, Fragment, Kind, Position, Spoken
from ivr.prompts.values import FORMATTERS, Formatter

__all__ = ["FORMATTERS", "MOSCOW", "Formatter", "Fragment", "Kind", "Position", "PromptBook", "Spoken"]
