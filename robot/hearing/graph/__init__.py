"""The decoding graph of a Vosk model, made without any tool of OpenFst or Kaldi.

A lexicon (word → phones) and sentences become ``graph/``: ``HCLr.fst`` (sounds → words, with label lookahead),
``Gr.fst`` (which word follows which) and the tables beside them. Vosk composes the two, or the first with a
question's own grammar, while it decodes.
"""

from robot.hearing.graph.build import GraphSummary, build_graph

__all__ = ["GraphSummary", "build_graph"]
