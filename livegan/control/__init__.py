"""What people play a performance with while it runs: the keys of the window."""
