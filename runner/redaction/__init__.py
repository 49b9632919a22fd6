"""What ``runner.redact`` is made of: rules, known values, and judging what was found."""
