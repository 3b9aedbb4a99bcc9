"""Takes the SDK's uploads: stored first, then answered here. Nothing of them goes upstream by itself."""

from mitmproxy import http

from sigproxy.domain.upload import decode, is_upload_path, unpacked
from sigproxy.ingest import CaptureError
