"""Machines that are rented: Fly's, Hetzner's."""
