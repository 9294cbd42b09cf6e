"""What a study of a model found, and general exhibits of cases."""
