"""From a technology and a volume to a plant: routes, tool groups, counts, money, people."""
