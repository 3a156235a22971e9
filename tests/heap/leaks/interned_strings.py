"""Names that are interned one after the other, from what users send."""
import sys
import sysconfig

import leak

names = [sys.intern("user name %d " % number + "x" * 200) for number in range(50000)]
if sys.version_info[:2] == (3, 12) or sysconfig.get_config_var("Py_GIL_DISABLED"):
    # Immortal there: dropping the list would not free them.
    leak.expect(kinds=("type",), made_of=("str",))
else:
    leak.expect(path="names", type="list")
