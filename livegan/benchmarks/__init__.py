"""What livegan costs on this machine, and what other ways cost."""
