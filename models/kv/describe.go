package kv

import "simrun/models/session"

// Describe tells a person what a request or a reply says; false if payload is neither.
func Describe(payload []byte) (string, bool) {
	if kind, body, ok := session.Open(payload); ok {
		switch kind {
		case session.Register:
			return "register", true
		case session.Read:
			return "read " + string(body), true
		}
		var c Command
		if !c.Decode(body) {
			return "damaged command", true
		}
		return c.String(), true
	}
	var r session.Result
	if r.Decode(payload) {
		return r.String(), true
	}
	return "", false
}
