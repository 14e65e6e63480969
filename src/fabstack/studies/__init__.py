"""What needs several engines: the whole run, and the verdicts on the mission."""
