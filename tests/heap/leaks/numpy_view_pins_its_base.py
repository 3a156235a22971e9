"""A view of a few elements keeps the whole array."""
import numpy

import leak

corners = []
for _ in range(50):
    picture = numpy.zeros((500, 100))
    picture += 1
    corners.append(picture[:2, :2])
    del picture
leak.expect(path="corners", type="list")
