"""What is measured, and what people bring in for it: costs, rates, visits."""
