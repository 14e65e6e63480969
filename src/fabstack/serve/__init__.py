"""The dashboard and the REST API: programmes, runs and jobs of one machine, in a browser."""
