"""Adapters: the only places that know a library of the outer world."""
