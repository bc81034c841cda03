"""The command line: a command a file. The only package that speaks to an operator."""
