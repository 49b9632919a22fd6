"""Deployment files and the dev kit."""
