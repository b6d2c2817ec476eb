"""Which records describe one thing, and which relations follow from codes, references and positions."""
