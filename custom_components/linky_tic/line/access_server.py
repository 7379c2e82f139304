"""An RFC 2217 access server that does not answer all that it is told, as most do not.

It knows the one way in which they differ from what serialx expects; all the rest is serialx's.
"""

from typing import override

from serialx.platforms.serial_rfc2217 import RFC2217SerialTransport
from serialx.platforms.serial_rfc2217.types import (
    Rfc2217Command,
    SetLinestateMaskCmd,
    SetModemstateMaskCmd,
)


class AccessServerTransport(RFC2217SerialTransport):
    """Asks for no news of modem and line, of which a meter's port has none.

    ser2net and pyserial's server take note of such a request without a word, and serialx waits for
    an answer until it gives the connection up (serialx 1.15.1, ser2net 4.3.11).
    """

    @override
    async def _send_and_wait(self, cmd: Rfc2217Command) -> Rfc2217Command:
        if isinstance(cmd, (SetModemstateMaskCmd, SetLinestateMaskCmd)):
            return cmd
        return await super()._send_and_wait(cmd)
