"""The operator: what is said and understood."""
