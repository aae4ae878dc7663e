"""Leg Coach: texts and calls for adults whose legs feel weak."""
