"""A context variable that is set and never reset."""
import contextvars

import leak

current = contextvars.ContextVar("current")
current.set([leak.block() for _ in range(20000)])
leak.expect(type="list")
