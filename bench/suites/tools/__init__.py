"""The suite `tools`: families of episodes in worlds of our own, and their grader."""
