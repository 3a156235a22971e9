"""What a thread keeps for itself is never given back while it lives."""
import threading

import leak

local = threading.local()
local.history = [leak.block() for _ in range(20000)]
leak.expect(type="list")
