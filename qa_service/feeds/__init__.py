"""Feeds: asked at their times, and what they list taken in."""
