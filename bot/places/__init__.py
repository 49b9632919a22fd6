"""Where agents run, as the coordinator sees it: which place, whose server, what it costs."""
