"""Speech: how fast the robot answers, how many can talk to it at once, and what it wrongly takes for words."""
