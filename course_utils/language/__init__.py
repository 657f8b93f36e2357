"""Vocabularies, decoding and scores for text."""
