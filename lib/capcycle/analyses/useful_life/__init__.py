"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""
