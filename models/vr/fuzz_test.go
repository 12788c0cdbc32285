package vr

import (
	"testing"

	"simrun/models/modeltest"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		m, ok := decode(b)
		return m.Append(nil), ok
	}
	modeltest.FuzzMessages(f, describe, again,
		message{kind: kindPrepare, View: 1, Commit: 2, Last: 4, After: 3, Body: []byte("entries")}.Append(nil),
		message{kind: kindPrepareOK, View: 1, Last: 2}.Append(nil),
		message{kind: kindDoViewChange, View: 3, Normal: 2, Commit: 1, Last: 5, After: 5}.Append(nil),
		message{kind: kindDoViewChange, View: 3, Last: 1, Crashes: crashVector{0, 1, 2, 1}, Body: []byte("entries")}.Append(nil),
		message{kind: kindRecovery, Crashes: crashVector{0, 0, 2, 0}}.Append(nil),
		message{kind: kindRecoveryResponse, View: 4, Commit: 1, Last: 2, Crashes: crashVector{0, 1, 2, 1}, Body: []byte("entries")}.Append(nil),
		message{kind: kindRefused, View: 9}.Append(nil))
}
