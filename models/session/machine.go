package session

// Machine is a state machine that servers replicate by a log. It depends on what it is given alone, so that
// equal logs make equal states.
type Machine interface {
	// Apply applies the entry of the log with an index: the registration of a session, whose number is the index, or a command. Anything else has no
	// effect. data is valid during the call only.
	Apply(index uint64, kind Kind, data []byte) Result
	// Read answers a request without effect, by the state at the moment of the call. query is valid during the call only.
	Read(query []byte) Result
}
