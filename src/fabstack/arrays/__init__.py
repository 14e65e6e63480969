"""The border: names become indices and tables become arrays, once, both ways."""
