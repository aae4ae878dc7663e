"""The line formats of the command line: JSON Lines in, JSON Lines out."""
