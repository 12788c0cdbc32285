package check_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// The comparisons make and drop millions of small histories: collect garbage seldom.
func TestMain(m *testing.M) {
	debug.SetGCPercent(2000)
	os.Exit(m.Run())
}
