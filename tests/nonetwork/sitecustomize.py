"""Load what refuses the network, at the start of every Python that a test starts.

The folder stands first in PYTHONPATH while the tests run. The test process itself has long loaded the distribution's
own module of this name (Debian and Ubuntu ship one), so nothing may ever be imported from here by name.
"""

import network_refused  # noqa: F401
