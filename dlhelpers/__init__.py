"""Plumbing for the deep-learning notebooks: each file stands alone and teaches nothing itself."""

__version__ = "0.1.0"
