"""weakref.finalize keeps its arguments until its object dies."""
import weakref

import leak


class Node:
    pass


nodes = [Node() for _ in range(2000)]
for node in nodes:
    weakref.finalize(node, print, leak.block(10000))
leak.expect(path="finalize")
