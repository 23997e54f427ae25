"""How the robot sounds: words in, one sound file out.

::

    Spoken ─► speech.py (async port) ─► assemble.py ◄── library.py (clips on disk) ◄── studio.py, rendering.py
                                             ▲                                            │
                                        recorded.py (a studio's files win)             process.py ⇄ worker.py, which has
                                                       engines/<name>.py: another process, it may hang or die

``sound.py`` holds the pure functions on samples. One TTS engine is one file in ``engines/``; its name is the name
in ivr.toml.
"""
