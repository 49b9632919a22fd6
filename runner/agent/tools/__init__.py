"""The tools of the agent: six that the hands execute, and four of our own."""
