"""Speed beside the peers; nothing here is run by the tests."""
