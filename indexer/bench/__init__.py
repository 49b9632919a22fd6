"""Measuring search: questions from history, simple rivals, how good a ranking is."""
