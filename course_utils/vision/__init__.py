"""Boxes, anchors and pictures."""
