"""The one way out of a sandbox: names, addresses, package registries, a process of its own."""
