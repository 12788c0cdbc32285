package disk_test

import (
	"fmt"

	"simrun/sim/disk"
)

// A file is replaced by the usual trick, but the new one is not synced before it
// takes the old one's name.
func ExampleDisk_CrashStates() {
	d := disk.New(1, 1)
	d.Append("state", []byte("old"))
	d.EndSync(d.BeginSync("state", disk.Whole))
	d.Append("state.tmp", []byte("new"))
	d.Rename("state.tmp", "state")

	states, complete := d.CrashStates(64)
	fmt.Println(len(states), complete)
	for _, s := range states {
		after := d.Clone()
		after.CrashInto(s)
		content, _ := after.Read("state")
		fmt.Printf("%03b %v %q\n", s, after.Files(), content)
	}
	// Output:
	// 5 true
	// 000 [state] "old"
	// 001 [state state.tmp] "old"
	// 011 [state state.tmp] "old"
	// 100 [state] ""
	// 110 [state] "new"
}
