"""Every error that `ai` raises on purpose; its message is a sentence for the person who asked.

AiError
|-- InvalidMedia        the bytes hold no sound that can be read
|   `-- MediaTooLong    they hold more of it than is allowed
|-- UnsupportedOption   the model cannot do what the options ask
|-- ModelUnavailable    no such model on this machine; the message says how to get it
|-- ModelFailed         the model raised at this recording; its process is well
|-- HostLost            the model process ended while it worked; asking again is right
`-- DecoderLost         the process that read the file was killed from outside; asking again is right
"""


class AiError(Exception):
    """The root, so that a caller can tell our errors from a bug."""


class InvalidMedia(AiError):
    """The file holds no audio that can be read."""


class MediaTooLong(InvalidMedia):
    """The audio goes on past the allowed number of seconds."""


class UnsupportedOption(AiError):
    """The chosen model cannot do this."""


class ModelUnavailable(AiError):
    """The configured model is not on this machine; the message holds the fix."""


class ModelFailed(AiError):
    """The model could not be run on this recording."""


class HostLost(AiError):
    """The model process died in the middle of a request, and nobody here killed it."""


class DecoderLost(AiError):
    """The process that decoded the file was killed, and not for what is in the file."""
