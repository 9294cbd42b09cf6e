"""What AI capital earns: the return by year to 2030, what a build brings in cash, and what a backlog implies."""
