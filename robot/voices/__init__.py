"""How the robot sounds: words in, one sound file out.

::

    Spoken ──► speech.py (async port) ──► assemble.py ◄── library.py (clips on disk) ◄── rendering.py
                                               ▲                                            │
                                          recorded.py (studio files win)       process.py ──► worker.py ──► engines/<name>.py
                                                                               (another process: an engine may hang or die)

``sound.py`` holds the pure functions on samples. One TTS engine is one file in ``engines/``; its name is the name
in ivr.toml.
"""
