"""The API with replayed cameras as a process of its own, to be killed.

`python -m tests.wall.wall_server FOLDER PORT`
"""

import asyncio
import sys
from pathlib import Path

from tests.api.town import running_town
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import STATIC, street_clip


async def serve(folder: Path, port: int) -> None:
    live = ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): street_clip()})
    async with running_town(folder, live=live, port=port, static_dir=STATIC):
        print("serving", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
