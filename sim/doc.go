// Package sim is a deterministic discrete-event simulator of a replicated
// system: nodes, network, disks, clocks and clients in one thread of virtual
// time, from one seed.
package sim
