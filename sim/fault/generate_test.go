package fault_test

import (
	"time"

	"pgregory.net/rapid"

	"simrun/sim/disk"
	"simrun/sim/fault"
)

// faults draws a fault of any kind, whole: with what its kind takes and nothing else.
func faults(t *rapid.T) fault.Fault {
	f := fault.Fault{Kind: rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"), At: millis(t, "at")}
	if rapid.Bool().Draw(t, "triggered") {
		f.On = fault.Event(rapid.SampledFrom([]string{"ack", "sync", "commit", "my-own"}).Draw(t, "on"))
		f.Nth = rapid.SampledFrom([]int{0, 2, 3, 11, 21, 112}).Draw(t, "nth")
	}
	who := func() fault.Target {
		return rapid.SampledFrom([]fault.Target{"n1", "n2,n5", "leader", "old leader", "any", "any 2", "it", "all", "minority", "majority", "arbiter,n3", "old role any", "role n3"}).Draw(t, "who")
	}
	links := func() fault.Target {
		return rapid.SampledFrom([]fault.Target{"n1 > n2", "leader <> rest", "n1,n2 > n3 and n4 <> any", "all > it"}).Draw(t, "links")
	}
	on := func() fault.Target {
		switch rapid.IntRange(0, 2).Draw(t, "on") {
		case 0:
			return who()
		case 1:
			return links()
		}
		return ""
	}
	chance := func() fault.Ratio {
		den := rapid.Int64Range(1, 1000).Draw(t, "den")
		return fault.Ratio{Num: rapid.Int64Range(1, den).Draw(t, "num"), Den: den}
	}
	file := func() string { return rapid.SampledFrom([]string{"", "wal", "a/b"}).Draw(t, "file") }
	keep := func() {
		f.Keep = disk.Survival(rapid.IntRange(0, int(disk.Chosen)).Draw(t, "keep"))
		if f.Keep == disk.Chosen {
			f.State = disk.State(rapid.Uint64().Draw(t, "state"))
		}
	}
	switch f.Kind {
	case fault.Crash:
		f.Target, f.Op = who(), rapid.IntRange(0, 3).Draw(t, "op")
		keep()
	case fault.CrashLoop:
		f.Target, f.Every = who(), 1+millis(t, "every")
		keep()
	case fault.Restart, fault.Pause, fault.Resume, fault.Misdirect, fault.DiskFull, fault.StallSync:
		f.Target = who()
	case fault.Slow, fault.SlowSync:
		f.Target, f.By = who(), 1+millis(t, "by")
	case fault.Partition:
		f.InFlight = rapid.Bool().Draw(t, "in flight")
		if f.Shape = rapid.SampledFrom(append(fault.Shapes, "")).Draw(t, "shape"); f.Shape == "" {
			f.Target = rapid.SampledFrom([]fault.Target{"n1,n2 | n3", "leader | rest", "n1 | any 2 | rest"}).Draw(t, "groups")
		} else if rapid.Bool().Draw(t, "centred") {
			f.Target = who()
		}
	case fault.Isolate:
		f.Target, f.InFlight = who(), rapid.Bool().Draw(t, "in flight")
	case fault.Cut:
		f.Target, f.InFlight = links(), rapid.Bool().Draw(t, "in flight")
	case fault.Clog:
		f.Target = on()
	case fault.SwizzleClog:
		if rapid.Bool().Draw(t, "whom") {
			f.Target = who()
		}
	case fault.Loss, fault.Duplicate, fault.Corrupt:
		f.Ratio, f.Target = chance(), on()
	case fault.Reorder:
		f.Ratio, f.By, f.Target = chance(), 1+millis(t, "by"), on()
	case fault.Latency:
		f.Dist, f.By, f.Target = rapid.SampledFrom(fault.Dists).Draw(t, "dist"), millis(t, "min"), on()
		f.Max = f.By
		if f.Dist != fault.Constant {
			f.Max += millis(t, "more")
		}
	case fault.Bandwidth:
		f.Rate, f.Queue, f.Target = rapid.Int64Range(1, 5_000_000).Draw(t, "rate"), rapid.IntRange(0, 50).Draw(t, "queue"), on()
	case fault.Skew:
		f.Target, f.By = who(), signed(t, "by")
	case fault.Drift:
		f.Target, f.Ratio = who(), fault.Ratio{Num: rapid.SampledFrom([]int64{-7, -1, 1, 30}).Draw(t, "drift"), Den: 1000}
	case fault.Strobe:
		f.Target, f.By, f.Every = who(), signed(t, "by"), 1+millis(t, "every")
	case fault.Rot:
		f.Target, f.File, f.Sector = who(), file(), rapid.IntRange(0, 9).Draw(t, "sector")
	case fault.CutFile:
		f.Target, f.File, f.Left = who(), file(), rapid.IntRange(0, 9).Draw(t, "left")
	case fault.LoseFile:
		f.Target, f.File = who(), file()
	case fault.IOError, fault.ShortIO:
		f.Target, f.File = who(), file()
		if rapid.Bool().Draw(t, "one call") {
			f.Op = rapid.IntRange(1, 30).Draw(t, "which")
		} else {
			f.Ratio = chance()
		}
		f.Access = rapid.SampledFrom([]fault.Access{"", "read", "write"}).Draw(t, "access")
		if f.Kind == fault.IOError && f.Access == "" {
			f.Access = rapid.SampledFrom([]fault.Access{"", "truncate", "rename", "remove", "sync"}).Draw(t, "other access")
		}
	}
	if f.Kind.Lasts() {
		f.For = rapid.SampledFrom([]time.Duration{0, time.Millisecond, 2500 * time.Microsecond, 90 * time.Second, fault.Forever}).Draw(t, "for")
	}
	return f
}

func millis(t *rapid.T, what string) time.Duration {
	return time.Duration(rapid.Int64Range(0, 20_000).Draw(t, what)) * time.Millisecond
}

func signed(t *rapid.T, what string) time.Duration {
	d := 1 + millis(t, what)
	if rapid.Bool().Draw(t, "back") {
		return -d
	}
	return d
}
