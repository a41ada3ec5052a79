"""Signals as from a terminal, whoever started the tests.

What `nohup` or a shell's `&` starts ignores some of them, and so would all that it starts: a command that is
to be interrupted would go on for ever.
"""

import signal

for _name, _handler in (
    ("SIGINT", signal.default_int_handler),
    ("SIGHUP", signal.SIG_DFL),
    ("SIGQUIT", signal.SIG_DFL),
):
    _signal = getattr(signal, _name, None)
    if _signal is not None and signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, _handler)
