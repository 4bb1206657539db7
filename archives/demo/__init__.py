"""A made-up province for demonstrations: made through the services, as the people of a real one would."""
