"""AWS Organizations: accounts that join, and the control policies that limit them."""
