"""How the robot hears: the model that ships, its words and graph, and how well a recogniser does."""
