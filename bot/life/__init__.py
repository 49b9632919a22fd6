"""An agent's life, from a task to its end: the durable road, its runs, what is kept of them."""
