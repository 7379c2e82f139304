"""What people are asked about ports, and ports that are waited for."""
