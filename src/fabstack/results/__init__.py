"""Engine arrays and names become labelled tables; runs are folders; two runs are compared."""
