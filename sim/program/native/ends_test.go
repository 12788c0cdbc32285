//go:build unix

package native

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// held makes a named pipe, and returns what tells a guest of it, and what waits until nobody has it open, and returns what was written.
func held(t *testing.T) (variable string, gone func() string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return "HELD=" + name, func() string {
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

// The child of a process ends with the life of its node, even if both ignore what can be ignored.
func TestGrandchildrenEnd(t *testing.T) {
	t.Parallel()
	variable, gone := held(t)
	s := &stage{ask: func(c *sim.Client) {
		born := false
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			if !born {
				if _, err := c.Call(1, []byte("bear"), time.Duration(patient)); err != nil {
					t.Error(err)
				}
				born = true
			}
			c.OK(history.Null)
		}
	}}
	s.play(t, guest(t, "stubborn", Config{Env: []string{variable}}), sim.Case{}, "")
	if got := gone(); got != "held" {
		t.Errorf("the child wrote %q", got)
	}
}

// What has left its group keeps the streams open, and the end of the process is told all the same.
func TestStreamsHeldOpen(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &stage{}
	s.ask = func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			what := "bequeath"
			if s.has("exited with code 4") {
				what = "lives"
			}
			if _, err := c.Call(1, []byte(what), 100*time.Millisecond); err != nil {
				c.Info(err.Error())
			} else {
				c.OK(history.Null)
			}
		}
	}
	s.play(t, guest(t, "talker", Config{Env: []string{"HELD=" + name}}), sim.Case{}, "")
	if !s.has("exited with code 4") {
		t.Errorf("heard %q", s.heard)
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0) // as soon as the heir has it open
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// A pause stops the process, and at its end it goes on.
func TestPauseStops(t *testing.T) {
	t.Parallel()
	s := &stage{}
	stopped := false
	s.ask = func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			var pid int
			for _, h := range s.heard {
				fmt.Sscanf(h, "n1: pid %d", &pid)
			}
			if now := c.Now(); pid > 0 && !stopped && now > sim.Time(20*time.Millisecond) && now < sim.Time(1000*time.Millisecond) {
				awaitStop(t, pid) // it returns when the process has stopped
				stopped = true
			}
			if answer, err := c.Call(1, []byte("lives"), 50*time.Millisecond); err != nil {
				c.Info(err.Error())
			} else {
				if now := c.Now(); now > sim.Time(20*time.Millisecond) && now < sim.Time(time.Second) {
					t.Errorf("answered at %v, when the process was paused", now)
				}
				c.OK(history.String(string(answer)))
			}
		}
	}
	r := s.play(t, guest(t, "talker", Config{}), sim.Case{Duration: sim.Duration(time.Second)}, "at 20ms pause n1")
	if got := last(t, r); got != "1" {
		t.Errorf("answered %q after the pause", got)
	}
}

// A signal reaches the group, and what it does is seen by waiting for it.
func TestSignals(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // on Linux the process dies with the thread
	defer runtime.UnlockOSThread()
	cmd := exec.Command("/bin/sh", "-c", "read x")
	cmd.SysProcAttr = attributes()
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g := &group{leader: cmd.Process}
	g.stop()
	awaitStop(t, cmd.Process.Pid)
	g.resume()
	awaitResume(t, cmd.Process.Pid)
	g.kill()
	if e := exitOf(g.wait()); e.Code != -1 || !strings.Contains(e.Reason, "signal 9") {
		t.Errorf("ended with %+v", e)
	}
	g.kill() // it is gone, and nobody else gets it
}

// A program that prints without end does not keep the others from their work.
func TestFlood(t *testing.T) {
	t.Parallel()
	s := &stage{ask: func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			c.OK(history.Null)
		}
	}}
	s.play(t, guest(t, "flood", Config{}), sim.Case{Limits: sim.Limits{Events: sim.MaxEvents}}, "")
}

// Neither does one that does not read, and it is found out.
func TestDeaf(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.ask = func(c *sim.Client) {
		big := make([]byte, 15<<20)
		for i := 0; i < 6; i++ {
			if _, ok := c.Next(); !ok {
				return
			}
			c.Call(1, big, time.Millisecond)
			c.Info("no answer is expected")
		}
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			c.OK(history.Null)
		}
	}
	s.play(t, guest(t, "deaf", Config{}), sim.Case{}, "")
	if !s.has("n1: does not read its standard input: 64 MiB wait there, finding true") {
		t.Errorf("heard %q", s.heard)
	}
}

// One that closed its output, and one that prints a line of any length.
func TestOddOutput(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"mute":  "n1: pid",
		"long":  "n1: printed a line of more than 16 MiB, finding true",
		"brief": "n1: the last words|n1: exited with code 7, finding false",
	} {
		s := &stage{}
		s.ask = func(c *sim.Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				done := true
				for w := range strings.SplitSeq(want, "|") {
					done = done && s.has(w)
				}
				if done {
					c.OK(history.Null)
				} else {
					c.Info("not yet")
				}
			}
		}
		s.play(t, guest(t, name, Config{}), sim.Case{}, "")
	}
}

// Fifty runs leave no zombies, nor anything else that was started. It does not run in parallel with other tests, which have processes.
func TestNoZombies(t *testing.T) {
	p, err := Command("cat", Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		s := &stage{ask: func(c *sim.Client) {
			for _, ok := c.Next(); ok; _, ok = c.Next() {
				c.OK(history.Null)
			}
		}}
		s.play(t, p, sim.Case{Duration: sim.Duration(time.Millisecond)}, "at 0s crash n1 for 1us")
	}
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("process %d is still there, or was not waited for: %v", pid, err)
	}
}

// victim is a program that runs natively and is killed meanwhile.
func victim() {
	s := &stage{ask: func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			if _, err := c.Call(1, []byte("bear"), time.Duration(patient)); err == nil {
				fmt.Println("kill me")
			}
			c.OK(history.Null)
			c.Sleep(time.Hour)
		}
	}}
	p, err := New([]string{os.Args[0], "guest", "stubborn"}, Config{})
	if err != nil {
		panic(err)
	}
	o, err := p.Outside()
	if err != nil {
		panic(err)
	}
	fmt.Println(o.(*outside).folder)
	sim.RunLive(s.system(p), sim.Case{Clients: 1, Duration: patient}, o)
}

// When this program is killed, all that it started is gone soon, and so is the folder.
func TestNothingOutlivesKill(t *testing.T) {
	t.Parallel()
	variable, born := held(t)
	alive, inherited, err := os.Pipe() // whoever lives has its other end open
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "victim")
	cmd.Env = append(os.Environ(), variable)
	cmd.ExtraFiles = []*os.File{inherited}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	inherited.Close()
	lines := bufio.NewScanner(out)
	lines.Scan()
	folder := lines.Text()
	if lines.Scan(); lines.Text() != "kill me" {
		t.Fatalf("the victim printed %q", lines.Text())
	}
	if _, err := os.Stat(filepath.Join(folder, "n1", "lives")); err != nil {
		t.Error(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := io.Copy(io.Discard, alive); err != nil {
		t.Error(err)
	}
	if got := born(); got != "held" {
		t.Errorf("the child wrote %q", got)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", folder, err)
	}
}
