"""The command line: the only package that speaks to an operator."""
