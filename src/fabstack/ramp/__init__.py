"""When things happen: sampled dates of activities, roadmap, capacity and people."""
