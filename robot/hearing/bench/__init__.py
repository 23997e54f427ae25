"""How well does a recogniser hear callers? Sets of clips, disturbances, and the figures that matter to a robot."""
