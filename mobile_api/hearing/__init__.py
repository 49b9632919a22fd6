"""From a recording to words: looked at, measured, transcribed by whoever is set to do it."""
