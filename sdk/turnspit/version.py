"""The version of this client, as it is sent in `User-Agent`."""

from typing import Final

__version__: Final = "0.1.0"
