"""The people's API and the installable web app."""
