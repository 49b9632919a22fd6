"""The GitHub doors: webhook deliveries in, tasks and commands out."""
