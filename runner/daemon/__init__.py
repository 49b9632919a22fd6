"""The daemon: a program on somebody's own machine that runs agents there."""
