package wasi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program/wasi"
)

// A session is what a program is asked to do to files, and what it answers, before and after a crash of the machine, which loses
// everything that was not synced. Each line is "command > answer"; "crash" is the crash.
type session struct {
	name  string
	lines string
}

var sessions = []session{
	{"content", `
		write /f one > ok
		read /f > one
		write /f two > ok
		read /f > onetwo
		stat /f > 6 false 00:00:00
		truncate /f xxxx > ok
		read /f > onet
		stat /missing > error: stat /missing: No such file or directory
		read / > error: read /: Is a directory`},
	{"offsets", `
		open h /f > ok
		put h one > ok
		put h two > ok
		at h xxxxxxxx end > ok
		get h > onetwo..end
		at h x N > ok
		get h > oNetwo..end
		stat /f > 11 false 00:00:00`},
	{"folders", `
		mkdir /d > ok
		mkdir /d/e > ok
		mkdir /d > error: mkdir /d: File exists
		mkdir /x/y > error: mkdir /x/y: No such file or directory
		write /d/f text > ok
		write /d/a text > ok
		list / > d/
		list /d > a e/ f
		list /d/../d/./e > 
		remove /d > error: remove /d: Directory not empty
		remove /d/f > ok
		write /d/a/b text > error: open /d/a/b: Not a directory
		remove /d/e > ok
		list /d > a
		stat /d > 0 true 00:00:00
		open h /d > error: open /d: Is a directory
		truncate /d xx > error: truncate /d: Is a directory`},
	{"rename", `
		write /a one > ok
		open h /a > ok
		rename /a /b > ok
		put h ONE > ok
		get h > ONE
		read /b > ONE
		read /a > error: open /a: No such file or directory
		write /c two > ok
		rename /c /b > ok
		read /b > two
		get h > ONE
		list / > b
		rename /missing /b > error: No such file or directory`},
	{"rename a folder", `
		mkdir /d > ok
		mkdir /d/e > ok
		write /d/e/f text > ok
		open h /d/e/f > ok
		rename /d /x > ok
		list / > x/
		read /x/e/f > text
		at h x EX > ok
		read /x/e/f > tEXt
		mkdir /d > ok
		write /d/g other > ok
		list /d > g
		rename /x /x/e/y > error: Invalid argument
		rename /x /d > error: Directory not empty
		remove /d/g > ok
		rename /x /d > ok
		read /d/e/f > tEXt`},
	{"unlinked", `
		open h /f > ok
		put h text > ok
		remove /f > ok
		list / > 
		get h > text
		put h more > ok
		get h > textmore
		fsync h > ok
		exclusive k /f > ok
		get h > textmore
		exclusive k /f > error: open /f: File exists
		close h > ok`},
	{"names", `
		write /a%2Fb one > ok
		write /a→b two > ok
		mkdir /→ > ok
		rename /→ /%→ > ok
		write /%→/x three > ok
		sync / > ok
		sync /a%2Fb > ok
		sync /a→b > ok
		crash
		list / > %→/ a%2Fb a→b
		read /a%2Fb > one
		read /a→b > two`},
	{"what is not synced is lost", `
		write /f one > ok
		crash
		list / > `},
	{"what is synced is there", `
		write /f one > ok
		sync /f > ok
		sync / > ok
		write /f two > ok
		crash
		read /f > one
		list / > f`},
	{"a synced file can be found", `
		mkdir /d > ok
		mkdir /d/e > ok
		write /d/e/f one > ok
		sync /d/e/f > ok
		write /d/g two > ok
		crash
		list / > d/
		list /d > e/
		read /d/e/f > one`},
	{"a name is durable when its folder is synced", `
		write /f one > ok
		sync /f > ok
		sync / > ok
		rename /f /g > ok
		crash
		list / > f
		rename /f /g > ok
		sync / > ok
		crash
		list / > g
		remove /g > ok
		crash
		read /g > one
		remove /g > ok
		sync / > ok
		crash
		list / > `},
	{"a folder is renamed whole", `
		mkdir /tmp > ok
		write /tmp/a one > ok
		write /tmp/b two > ok
		sync /tmp/a > ok
		sync /tmp/b > ok
		sync /tmp > ok
		sync / > ok
		rename /tmp /done > ok
		crash
		list / > tmp/
		list /tmp > a b
		rename /tmp /done > ok
		sync / > ok
		mkdir /tmp > ok
		write /tmp/a three > ok
		sync /tmp/a > ok
		sync /tmp > ok
		sync / > ok
		crash
		list / > done/ tmp/
		list /done > a b
		read /done/a > one
		read /tmp/a > three`},
}

// strict are sessions on a disk that promises what POSIX does, and no more.
var strict = []session{
	{"a synced file has no name before its folder is synced", `
		write /f one > ok
		sync /f > ok
		crash
		list / > 
		write /f one > ok
		sync / > ok
		sync /f > ok
		crash
		read /f > one
		write /f two > ok
		sync /f > ok
		crash
		read /f > onetwo`},
	{"a synced folder has names without content", `
		write /f one > ok
		sync / > ok
		crash
		list / > f
		read /f > `},
	{"a file that is replaced is the old one before the folder is synced", `
		write /f old > ok
		write /f.new new > ok
		sync /f > ok
		sync /f.new > ok
		sync / > ok
		rename /f.new /f > ok
		sync /f > ok
		crash
		list / > f f.new
		read /f > old
		rename /f.new /f > ok
		sync / > ok
		crash
		list / > f
		read /f > new`},
	{"a new folder is not there before the one that it is in is synced", `
		mkdir /d > ok
		write /d/f one > ok
		sync /d/f > ok
		sync /d > ok
		crash
		list / > 
		mkdir /d > ok
		write /d/f one > ok
		sync /d/f > ok
		sync /d > ok
		sync / > ok
		crash
		read /d/f > one`},
}

// run plays a session with a program, under faults.
func (s session) run(t *testing.T, guest *wasi.Program, posix bool, plan ...string) {
	var asked, want, got []string
	client := func(c *sim.Client) {
		crashes := 0
		for line := range strings.Lines(strings.TrimSpace(s.lines)) {
			line = strings.Trim(line, "\t\n")
			if line == "crash" {
				crashes++
				c.Sleep(time.Duration(crashes)*time.Second - time.Duration(c.Now()) + 500*ms)
				continue
			}
			command, answer, _ := strings.Cut(line, " > ")
			b, err := c.Call(1, []byte(command), time.Hour)
			if err != nil {
				b = []byte(err.Error())
			}
			asked, want, got = append(asked, command), append(want, answer), append(got, string(b))
		}
	}
	for i, at := 0, 1; i < strings.Count(s.lines, "\t\tcrash\n"); i, at = i+1, at+1 {
		plan = append(plan, "at "+string(rune('0'+at))+"s crash n1 for 100ms")
	}
	x := &stage{program: guest, args: []string{"commands"}, client: client, posix: posix}
	x.play(t, aCase(plan...))
	for i := range asked {
		if got[i] != want[i] {
			t.Errorf("%s: %s answers %q, expected %q", s.name, asked[i], got[i], want[i])
		}
	}
	if n := strings.Count(s.lines, " > "); len(asked) != n {
		t.Errorf("%s: %d commands of %d were answered; exits %v, log %q", s.name, len(asked), n, x.exits, x.logs)
	}
}

func TestFiles(t *testing.T) {
	guest := goGuest(t, wasi.Config{})
	for _, s := range sessions {
		s.run(t, guest, false)
	}
	for _, s := range strict {
		s.run(t, guest, true)
	}
}

// Programs in Go don't notice that each call of theirs does a part of what they ask for: the standard library asks again.
func TestFilesOfShortCalls(t *testing.T) {
	guest := goGuest(t, wasi.Config{})
	for _, s := range sessions {
		s.run(t, guest, false, "at 0s short-io n1 1/1")
	}
}

// What a fault takes of a file is gone also for who has it open.
func TestFilesThatAreDamaged(t *testing.T) {
	session{"damage", `
		mkdir /d > ok
		write /d/f text > ok
		sync /d/f > ok
		open h /d/f > ok
		write /g longer > ok
		sync /g > ok
		open k /g > ok
		crash
		open h /d/f > ok
		open k /g > ok
		crash
		list / > d/ g
		read /g > lon
		list /d > 
		read /d/f > error: open /d/f: No such file or directory
		remove /d > ok`}.run(t, goGuest(t, wasi.Config{}), false, "at 1.7s cut-file n1 in g to 3", "at 1.7s lose-file n1 in d/f")
	var got []string
	s := &stage{program: goGuest(t, wasi.Config{}), args: []string{"commands"}}
	s.client = func(c *sim.Client) {
		for _, command := range []string{"open h /f", "put h text", "fsync h", "sleep", "get h", "put h more", "get h", "list /", "fsync h", "write /f new", "get h", "read /f"} {
			if command == "sleep" {
				c.Sleep(time.Second)
				continue
			}
			b, err := c.Call(1, []byte(command), time.Hour)
			got = append(got, fmt.Sprint(command, " > ", string(b), err))
		}
	}
	s.play(t, aCase("at 1s lose-file n1 in f"))
	want := `open h /f > ok<nil>
put h text > ok<nil>
fsync h > ok<nil>
get h > error: EOF<nil>
put h more > ok<nil>
get h > ....more<nil>
list / > <nil>
fsync h > ok<nil>
write /f new > ok<nil>
get h > ....more<nil>
read /f > new<nil>`
	if got := strings.Join(got, "\n"); got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
}

// A C library finds its way, too.
func TestFilesOfC(t *testing.T) {
	s := &stage{program: cGuest(t, wasi.Config{}), args: []string{"files"}}
	s.play(t, aCase())
	if got, want := text(s.lines), ".\n..\ngreeting\nhello\n"; got != want {
		t.Errorf("said %q, expected %q; %v", got, want, s.exits)
	}
}

// And so does Rust's.
func TestFilesOfRust(t *testing.T) {
	s := &stage{program: rustGuest(t, wasi.Config{}), args: []string{"files"}}
	s.play(t, aCase())
	if got, want := text(s.lines), "greeting\nhello\nentity not found\n"; got != want || s.only(t).Code != 0 {
		t.Errorf("said %q, expected %q; %v", got, want, s.exits)
	}
}

// What the disk refuses the program is told.
func TestFilesOfABadDisk(t *testing.T) {
	var got []string
	s := &stage{program: goGuest(t, wasi.Config{}), args: []string{"commands"}}
	ask := func(c *sim.Client, command string) {
		b, err := c.Call(1, []byte(command), time.Hour)
		got = append(got, fmt.Sprint(command, " > ", string(b), err))
	}
	s.client = func(c *sim.Client) {
		ask(c, "open h /f")
		ask(c, "put h text")
		c.Sleep(1500 * ms) // calls fail
		ask(c, "put h more")
		ask(c, "get h")
		ask(c, "fsync h")
		ask(c, "rename /f /g")
		c.Sleep(1000 * ms) // the disk is full
		ask(c, "put h more")
		ask(c, "write /new text")
		ask(c, "get h")
	}
	s.play(t, aCase("at 1s io-error n1 1/1 for 1s", "at 2s disk-full n1 for 1s"))
	want := `open h /f > ok<nil>
put h text > ok<nil>
put h more > error: write /f: I/O error<nil>
get h > error: read /f: I/O error<nil>
fsync h > error: sync /f: I/O error<nil>
rename /f /g > error: I/O error<nil>
put h more > error: write /f: No space left on device<nil>
write /new text > error: open /new: No space left on device<nil>
get h > text<nil>`
	if got := strings.Join(got, "\n"); got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
}
