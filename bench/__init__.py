"""How fast the engine is, against the same menu as plain Asterisk dialplan; see README.md."""
