"""From a bundle to a pull request: looked through, pushed, opened."""
