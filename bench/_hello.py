"""The floor of every HTTP figure: a bare Starlette app that says hello, as `hub web` is run."""

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def hello(request: Request) -> Response:
    """Answer with two words."""
    return Response(b'{"hello":"world"}', media_type="application/json")


def main() -> None:
    """Serve on a free port and say which, until SIGTERM."""
    config = uvicorn.Config(
        Starlette(routes=[Route("/hello", hello)]),
        port=0,
        access_log=False,
        log_config=None,
        server_header=False,
    )
    door = config.bind_socket()
    print(f"web: http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
