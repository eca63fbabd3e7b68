"""A process that is asked to end notices, whatever it was doing when the signal came."""

import os
import signal
import threading

import pytest

from hub.cli.ending import Ending


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait(sign: int) -> None:
    former = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    ending = Ending()
    try:
        ending.listen()
        assert not ending.wait(0.01)
        threading.Timer(0.05, os.kill, (os.getpid(), sign)).start()
        assert ending.wait(30)
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
