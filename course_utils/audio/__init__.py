"""From air pressure to labels."""
