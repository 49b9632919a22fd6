"""The coordinator: settings, state, dispatching, publishing and the ``cadence`` command."""
