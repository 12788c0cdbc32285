package check_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// The comparisons allocate millions of small histories, so collect garbage rarely.
func TestMain(m *testing.M) {
	debug.SetGCPercent(2000)
	os.Exit(m.Run())
}
