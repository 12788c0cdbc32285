package percolator

import (
	"simrun/models"
	"simrun/sim"
)

const (
	bugNoCheck      sim.BugName = "no-conflict-check"
	bugIgnoresLocks sim.BugName = "ignores-locks"
	bugRollsBack    sim.BugName = "rolls-back-committed"
	bugGoesBack     sim.BugName = "oracle-goes-back"
)

// bugs are the known bugs.
var bugs = []models.Bug{
	{Name: bugNoCheck, Tier: models.Easy, Workload: "rw-register",
		Summary: "a shard locks a key for a transaction though another has written it since that started",
		Oracles: []string{"lost-update", "incompatible-order", "G-single"},
		Source:  "OSDI 2010 §2.2: a transaction that sees a write after its start timestamp aborts; Jepsen's analysis of TiDB 2.1.7 (2019): retries that skip the conflict lose updates"},
	{Name: bugIgnoresLocks, Tier: models.Easy,
		Summary: "a shard answers a read though a transaction that started before has the key locked, and may commit before the read's timestamp",
		Oracles: []string{"G-single", "G-single-process", "G-single-realtime", "G-nonadjacent", "G0", "G0-process", "G0-realtime", "lost-update", "incompatible-order"},
		Source:  "OSDI 2010 §2.2: Get first checks for a lock in the timestamp range [0, start_timestamp]"},
	{Name: bugRollsBack, Tier: models.Easy,
		Summary: "who finds no lock at the primary rolls the other locks back, though the primary has committed",
		Oracles: []string{oneDecision, "G0", "G0-process", "G0-realtime", "G-single", "G-single-process", "G-single-realtime", "lost-update", "incompatible-order"},
		Source:  "OSDI 2010 §2.2: if the primary lock has been replaced by a write record, the transaction must be rolled forward; TiKV issue 16620, TiDB issue 42937: resolving locks breaks atomicity"},
	{Name: bugGoesBack, Tier: models.Easy,
		Summary: "after a restart the oracle gives timestamps again from the beginning of the range that it had reserved",
		Oracles: []string{timestampsGrow, oneDecision, "G-single", "G-single-process", "G-single-realtime", "lost-update", "incompatible-order"},
		Source:  "OSDI 2010 §2.2: the oracle writes the highest allocated timestamp to stable storage before it gives those of a range; TiKV PD issue 4884 and Milvus issue 51469: timestamps fall back"},
}
