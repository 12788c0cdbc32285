package coord

import (
	"fmt"
	"strings"

	"simrun/models/coord/api"
	"simrun/models/session"
)

// describe tells a person what a request or a reply says; false if payload is neither.
func describe(payload []byte) (string, bool) {
	var r session.Result
	kind, body, ok := session.Open(payload)
	switch {
	case ok && kind == session.Register:
		return "open a session", true
	case ok && kind == session.Command:
		id, seq, ops, ok := api.DecodeCommand(body)
		return fmt.Sprintf("%s, session %d #%d", describeOps(ops, ok), id, seq), true
	case ok && kind == session.Read:
		ops, ok := api.DecodeOps(body)
		return describeOps(ops, ok), true
	case ok && len(body) >= 8:
		ops, ok := api.DecodeOps(body[8:])
		return describeOps(ops, ok) + " of this server", true
	case r.Decode(payload):
		return describeResult(r), true
	}
	return "", false
}

func describeOps(ops []api.Op, whole bool) string {
	if !whole {
		return "damaged operations"
	}
	words := make([]string, len(ops))
	for i, o := range ops {
		words[i] = o.String()
	}
	return strings.Join(words, "; ")
}

func describeResult(r session.Result) string {
	switch r.Status {
	case session.OK:
		switch n := len(api.AnswerOf(r).Items); n {
		case 0:
			return fmt.Sprintf("done at revision %d", r.Value)
		case 1:
			return fmt.Sprintf("done at revision %d, 1 node", r.Value)
		default:
			return fmt.Sprintf("done at revision %d, %d nodes", r.Value, n)
		}
	case session.Mismatch:
		return fmt.Sprintf("compared otherwise at revision %d", r.Value)
	case session.Absent:
		return "refused: " + api.Refusal(r.Value).String()
	}
	return r.String()
}
