"""The files that pages load: each under an address that names its content, so that a browser may keep it for good."""

from collections.abc import Mapping
from hashlib import sha256
from importlib import resources

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOLDER = resources.files("jobs.web").joinpath("static")
#: A file's name → the first digits of its SHA-256.
_MARKS: Mapping[str, str] = {
    one.name: sha256(one.read_bytes()).hexdigest()[:16] for one in _FOLDER.iterdir() if one.is_file()
}


def asset(name: str) -> str:
    """Return where a page finds a file; the address changes with the content."""
    return f"/static/{name}?v={_MARKS[name]}"


class Assets(StaticFiles):
    """Serves the folder of static files; what is asked for by its mark is never asked for again."""

    def __init__(self) -> None:
        super().__init__(directory=str(_FOLDER))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; a browser keeps it for a year where the address names what it holds."""
        response = await super().get_response(path, scope)
        if scope["query_string"] == f"v={_MARKS.get(path)}".encode():
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
