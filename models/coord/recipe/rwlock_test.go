package recipe

import "testing"

func TestReadersShareALock(t *testing.T) {
	const reader, writer, holder = "/lock/x/c1-1-read-0000000003", "/lock/x/c1-1-write-0000000003", "/lock/x/c1-1-0000000003"
	for _, c := range []struct {
		before, own string
		want        bool
	}{{reader, reader, false}, {reader, writer, true}, {writer, reader, true}, {writer, writer, true}, {holder, holder, true}} {
		if got := Excludes(c.before, c.own); got != c.want {
			t.Errorf("%s before %s excludes it: %v", c.before, c.own, got)
		}
	}
}

func TestLockOf(t *testing.T) {
	for name, want := range map[string]string{sharedLeft: sharedKey, sharedRight: sharedKey, counterPrefix + "1": counterPrefix + "1"} {
		if got := LockOf(name); got != want {
			t.Errorf("%s is guarded by %s, want %s", name, got, want)
		}
	}
}
