"""The commands, one file each: the only room that speaks to an operator."""
