"""Power: the estimate in watts, the peaks, and the share of the subscribed power."""
