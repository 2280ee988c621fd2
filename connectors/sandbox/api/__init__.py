"""The endpoints, one file a family. Handlers are plain functions of a Call."""
