package maelstrom

import "fmt"

// failure is an error that a node answered.
type failure struct {
	code int64
	text string
}

func (f failure) Error() string {
	name := errorNames[f.code]
	if name == "" {
		name = "an error of its own"
	}
	if f.text == "" {
		return fmt.Sprintf("error %d, %s", f.code, name)
	}
	return fmt.Sprintf("error %d, %s: %s", f.code, name, f.text)
}

// The errors of Maelstrom's doc/protocol.md that the services answer, or that mean something to clients.
const (
	errNotSupported = 10
	errMalformed    = 12
	errNoKey        = 20
	errPrecondition = 22
)

var errorNames = map[int64]string{
	0: "timeout", 1: "node not found", errNotSupported: "not supported", 11: "temporarily unavailable", errMalformed: "malformed request", 13: "crash", 14: "abort",
	errNoKey: "key does not exist", 21: "key already exists", errPrecondition: "precondition failed", 30: "transaction conflict",
}

// definite reports whether the request certainly did not happen, and never will.
func (f failure) definite() bool {
	return errorNames[f.code] != "" && f.code != 0 && f.code != 13
}
