"""Plant.id v3 and Pl@ntNet v2 on the wire, for demo mode and for tests: simulated answers, real faults."""

from plant_simulator.billing import Account, Billing
from plant_simulator.config import PlantIdKey, PlantIdSwitches, PlantNetKey, PlantNetSwitches, SimulatorConfig
from plant_simulator.faults import KINDS, Fault
from plant_simulator.latency import Latency
from plant_simulator.serving import serve
from plant_simulator.simulator import Simulator, SimulatorThread, simulator_in_thread

__all__ = [
    "KINDS",
    "Account",
    "Billing",
    "Fault",
    "Latency",
    "PlantIdKey",
    "PlantIdSwitches",
    "PlantNetKey",
    "PlantNetSwitches",
    "Simulator",
    "SimulatorConfig",
    "SimulatorThread",
    "serve",
    "simulator_in_thread",
]
