"""Agents over HTTP: lists, logs, live streams, commands."""
