package store

import "testing"

// BoundTrace sets how many bytes a trace may unpack to, until the test is over.
func BoundTrace(t *testing.T, bytes int64) {
	before := maxTrace
	maxTrace = bytes
	t.Cleanup(func() { maxTrace = before })
}
