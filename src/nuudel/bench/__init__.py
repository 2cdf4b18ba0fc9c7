"""Measured speed, for ``nuudel bench``; see docs/reference/performance.md."""
