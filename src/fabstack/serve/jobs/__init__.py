"""Long work as processes of their own; their state is in files, so that no server is needed.

request.json   what was asked for; the folder appears with it
started.json   who works on it, and since when
cancel.json    somebody wants it stopped
ended.json     how it ended
stdout, stderr what the command said; its progress stands in stderr as lines of JSON
"""
