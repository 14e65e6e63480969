"""Programmes as people edit them: cells in their files, checked before they are saved."""
