"""How the built-in recogniser's model is made: text → speech → line → features → network → model (see README.md)."""
