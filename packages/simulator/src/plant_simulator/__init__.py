"""Plant.id v3 and Pl@ntNet v2 on the wire, for demo mode and for tests: simulated answers, real faults."""
