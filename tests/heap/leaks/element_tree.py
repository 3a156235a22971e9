"""A document that is parsed and kept."""
import xml.etree.ElementTree as ElementTree

import leak

document = ElementTree.Element("log")
for number in range(30000):
    entry = ElementTree.SubElement(document, "entry", {"number": str(number)})
    entry.text = "x" * 300 + str(number)
leak.expect(path="document")
