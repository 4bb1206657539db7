"""The health check inside the web container: exit 0 when http://127.0.0.1:8000/<word> answers 200."""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
request = urllib.request.Request(f"http://127.0.0.1:8000/{sys.argv[1]}", headers={"Host": host})  # noqa: S310
urllib.request.urlopen(request, timeout=4).close()  # noqa: S310 - any other status raises
