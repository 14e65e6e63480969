"""Describe a chip maker in a folder of plain files; check, plan, simulate and cost it."""
