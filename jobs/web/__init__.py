"""What `syncer run` serves: the dashboard and the health endpoints."""
