"""Which files a text is about: terms, evidence, order, reasons."""
