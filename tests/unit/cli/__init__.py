"""The command line without a store, and the rules of its files."""
