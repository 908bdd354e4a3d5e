"""The browser panel: one page, its style and its script, as they are served."""
