"""Folders with a portal's spec and its files."""

from pathlib import Path


def written(folder: Path, spec: str, **files: str) -> Path:
    """Write a spec and its CSV files, each under its name; return the spec's path."""
    path = folder / "portal.yaml"
    path.write_text(spec, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return path
