"""The built web UI: the pages of the room, the phone and the citizens, hashed assets that never change, and the page
again for every route of its own."""

from pathlib import Path

from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from api.security import error_body

IMMUTABLE = "public, max-age=31536000, immutable"
PAGES = {"phone": "phone.html", "report": "report.html"}
"""Pages with an entry of their own; every other path is the room's."""
NOT_BUILT = "The web UI is not built. Run: make web\n"


class WebUi:
    """Answers every path outside the API from one folder, and nothing outside that folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def version(self) -> str:
        """Names what is served: it changes when the web UI was built anew. Empty where it is not built."""
        try:
            found = (self._folder / "index.html").stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_mtime_ns:x}-{found.st_size:x}"

    def respond(self, path: str) -> Response:
        """`path` as requested, without its leading slash."""
        if path == "api" or path.startswith("api/"):
            return JSONResponse(error_body("not_found", "there is no such path"), 404)
        wanted = (self._folder / path).resolve()
        if wanted.is_relative_to(self._folder) and wanted.is_file():
            hashed = wanted.is_relative_to(self._folder / "assets")
            return FileResponse(wanted, headers={"cache-control": IMMUTABLE if hashed else "no-cache"})
        if path.startswith("assets/") or Path(path).suffix:
            return PlainTextResponse("not found\n", 404)
        index = self._folder / PAGES.get(path.partition("/")[0], "index.html")
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(index, media_type="text/html", headers={"cache-control": "no-cache"})
