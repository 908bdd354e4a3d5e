"""Hands on the instrument: what plays a performance from outside."""
