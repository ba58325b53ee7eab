"""Runs clients/scenarios.yaml against one server: over HTTP/JSON with curl, and by a program of each language."""
