"""schemathesis cannot send the type of a tus body by itself. It is bytes, as application/octet-stream is."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
