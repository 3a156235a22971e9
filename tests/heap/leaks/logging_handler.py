"""A handler that holds records back until an error comes, which never does."""
import logging
import logging.handlers

import leak

handler = logging.handlers.MemoryHandler(10 ** 9)
logger = logging.getLogger("service")
logger.propagate = False
logger.addHandler(handler)
logger.setLevel(logging.INFO)
for number in range(20000):
    logger.info("request %d %s", number, "x" * 500 + str(number))
leak.expect(path="buffer", type="list")
