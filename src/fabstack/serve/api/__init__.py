"""The REST API, documented by its own OpenAPI document at /api/openapi.json."""
