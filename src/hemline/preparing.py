"""What libraries read once, when they are loaded, is set before that, however one enters."""

import os
from collections.abc import MutableMapping

from hemline.cores import quota

# Since 1.29 ONNX Runtime keeps an id of the machine and sends events home, unless this says no.
_TELEMETRY = "ORT_DISABLE_TELEMETRY"
# Threads of OpenMP that wait for others spin. Beside other programs they spin away the very time
# that the others would need to arrive: a training took five times as long as its share. If they
# sleep at once they take long to wake, a fifth of a training that is alone. libgomp, which PyTorch
# brings on Linux, can be told to spin so many times first, some microseconds.
_WAITING, _SPINS = "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"
_THREADS = "OMP_NUM_THREADS"  # more than a container's quota would stand still in every period


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Switch telemetry off; few threads, which wait asleep, unless the user says otherwise."""
    environment[_TELEMETRY] = "1"
    if count := quota():
        environment.setdefault(_THREADS, str(count))
    if _WAITING not in environment:
        environment[_WAITING] = "PASSIVE"
        environment.setdefault(_SPINS, "1000")
