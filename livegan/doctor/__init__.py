"""What is right and wrong with this machine, and the cure of what is wrong."""
