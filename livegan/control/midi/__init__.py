"""MIDI: ports that come and go, controls that are learned, and what they play."""
