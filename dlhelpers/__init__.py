"""Plumbing for the deep-learning notebooks: each file stands alone and teaches nothing itself."""
