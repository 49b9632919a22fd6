"""The demo: a real project, a real bug, a real signed webhook, and a pull request to look at."""
