"""Is the money going into AI computing earning its cost, and what is each company worth for it?"""
