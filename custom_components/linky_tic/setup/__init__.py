"""What people are asked: the port, the meter, the options."""
