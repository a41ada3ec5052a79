"""A receiver in a process of its own, to be killed: serves, and hands over to a handler that writes down.

`python worker.py URL JOURNAL [slow]`. Each line of the journal is one write, so that those of several
processes stand in the order in which they were made.
"""

import os
import random
import sys
import threading
import time

from receiver.hooks import CREDENTIALS

from punchh_contract.receiver import Event, Inbox, receiver
from punchh_contract.receiver.serving import bind, serving


def main(url: str, journal: str, *, slow: bool) -> None:
    file = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    dice = random.Random(os.getpid())

    def write(word: str, event: Event) -> None:
        os.write(file, f"{word} {os.getpid()} {event.redemption_id} {event.attempt}\n".encode())

    def handle(event: Event) -> None:
        write("begin", event)
        time.sleep(600 if slow else dice.uniform(0, 0.02))
        write("end", event)

    inbox = Inbox(url)
    # Due again at once: nothing but the promise keeps what runs here from the others.
    inbox.start(handle, threads=3, retries=(0,) * 100)
    with serving(receiver(inbox, CREDENTIALS), bind("127.0.0.1", 0)) as address:
        print(address, flush=True)  # noqa: T201  # for the test that started it
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], slow=len(sys.argv) > 3)
