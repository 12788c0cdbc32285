package mvcc

import (
	"fmt"
	"strings"

	"simrun/models/session"
	"simrun/models/txn"
)

// describe tells a person what a request or a reply says; false if payload is neither.
func describe(payload []byte) (string, bool) {
	var r session.Result
	var c command
	var q query
	kind, body, ok := session.Open(payload)
	switch {
	case ok && kind == session.Register:
		return "open a session", true
	case ok && kind == session.Command && c.decode(body):
		return c.String(), true
	case ok && (kind == session.Read || kind == session.Local) && q.decode(body):
		return q.String(), true
	case r.Decode(payload):
		return describeResult(r), true
	}
	return "", false
}

// String tells a person what is to be committed.
func (c *command) String() string {
	text := "commit " + c.writes.String()
	if c.snapshot > 0 {
		text += fmt.Sprintf(", read at %d", c.snapshot)
	}
	return fmt.Sprintf("%s, session %d #%d", text, c.session, c.seq)
}

// String tells a person what is asked.
func (q query) String() string {
	if q.at == 0 {
		return fmt.Sprintf("read %d", q.key)
	}
	return fmt.Sprintf("read %d at %d", q.key, q.at)
}

func describeResult(r session.Result) string {
	switch {
	case r.Status == session.OK && r.Body != "":
		held, _, _ := txn.DecodeValue([]byte(r.Body))
		return fmt.Sprintf("%s at %d", strings.ReplaceAll(fmt.Sprint(held), " ", ","), r.Value)
	case r.Status == session.OK:
		return fmt.Sprintf("committed at %d", r.Value)
	case r.Status == session.Mismatch:
		return fmt.Sprintf("conflict with %d", r.Value)
	case r.Status == session.Absent:
		return "refused"
	}
	return r.String()
}
