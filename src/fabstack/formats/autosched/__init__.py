"""Model folders of AutoSched AP, such as the public testbed SMT2020, become programmes.

Two forms are read: the original one, in which `options.def` names the active files (UTF-16, with
`~` comments), and plain tab-separated copies of its tables. What the model cannot say becomes a
finding: an error where a run would mean something else, a warning or a note where it may go on.
The meaning of the columns is written beside the code that reads them.
"""

from fabstack.formats.autosched.reading import is_autosched, raw_model, read

__all__ = ["is_autosched", "raw_model", "read"]
