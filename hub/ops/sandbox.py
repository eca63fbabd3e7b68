"""A partner's stylesheet run where it can do no harm: a child without files, network or much time.

The stylesheets are the operator's own and were looked through when their page was read
(`hub.formats.xml`); this is the second wall. What they convert is a partner's.
"""

import resource
import struct
import subprocess
import sys
from dataclasses import dataclass

from hub.domain.exchange import Problem
from hub.errors import Malformed

LONGEST = 64 * 1024 * 1024  # bytes that come out
_MB = 1024 * 1024
_CODE = "from hub.ops.sandbox import child; child()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What one run may use: bytes of memory, seconds of a processor, seconds by the clock."""

    memory: int = 512 * _MB
    processor: int = 30
    clock: float = 60


WALLS = Walls()


def transform(sheet: str, body: bytes, *, walls: Walls = WALLS) -> bytes:
    """Return what a stylesheet makes of a paper; raises Malformed with the reason if nothing.

    The child has no environment, reads only what it is given, and is killed at each of its walls.
    """
    head = struct.pack(">QQQ", walls.memory, walls.processor, len(sheet.encode()))
    words = [sys.executable, "-I", "-c", _CODE]
    try:
        done = subprocess.run(
            words,
            input=head + sheet.encode() + body,
            capture_output=True,
            timeout=walls.clock,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"it took more than {walls.clock:g} seconds") from None
    if done.returncode:
        raise _failed(_reason(done.returncode, done.stderr))
    return done.stdout


def _failed(reason: str) -> Malformed:
    text = f"the stylesheet of the page made nothing of this paper: {reason}"
    return Malformed([Problem(code="stylesheet", text=text)])


def _reason(code: int, said: bytes) -> str:
    if code < 0:
        return "it used up its time on the processor or its memory"
    last = said.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
    return last[:200] or f"the child ended with {code}"


# --- in the child ------------------------------------------------------------------------------


def child() -> None:
    """Run one stylesheet over one paper, both from stdin, to stdout; for `transform` alone."""
    memory, processor, length = struct.unpack(">QQQ", sys.stdin.buffer.read(24))
    sheet, body = sys.stdin.buffer.read(length), sys.stdin.buffer.read()
    from lxml import etree  # loaded before the walls are up: afterwards nothing is opened

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))

    class Nothing(etree.Resolver):
        def resolve(self, system_url: str, public_id: str) -> object:
            raise ValueError(f"{system_url} is not opened")

    careful = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    careful.resolvers.add(Nothing())
    # Without it lxml lets a stylesheet read and write files; its stubs do not know it.
    nothing = etree.XSLTAccessControl.DENY_ALL  # type: ignore[attr-defined]
    try:
        run = etree.XSLT(etree.fromstring(sheet, careful), access_control=nothing)
        made = bytes(run(etree.fromstring(body, careful)))
    except (etree.LxmlError, MemoryError, ValueError) as fault:
        sys.exit(f"{type(fault).__name__}: {fault}"[:1000])
    if len(made) > LONGEST:
        sys.exit(f"more than {LONGEST} bytes came out")
    sys.stdout.buffer.write(made)
