"""From the words of a spoken command to what is to be done: pure functions, no I/O."""
