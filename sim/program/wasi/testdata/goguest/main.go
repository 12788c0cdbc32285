// A program that does what its first argument says.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "echo":
		echo()
	case "json":
		answer()
	case "commands":
		commands()
	case "gossip":
		gossip()
	case "hog":
		var all [][]byte
		for {
			all = append(all, make([]byte, 1<<20))
		}
	case "panic":
		panic("on purpose")
	case "clock":
		for t := time.Now(); time.Since(t) < time.Minute; {
		}
		fmt.Println("a minute is over")
		echo()
	case "ticks":
		ticks()
	}
}

func lines(do func(line string)) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		do(in.Text())
	}
}

func echo() {
	lines(func(line string) { fmt.Println(line) })
}

type message struct {
	Src  string `json:"src"`
	Dest string `json:"dest"`
	Body struct {
		Type    string `json:"type"`
		ID      int    `json:"msg_id,omitempty"`
		ReplyTo int    `json:"in_reply_to,omitempty"`
		Echo    string `json:"echo"`
	} `json:"body"`
}

// answer answers messages of JSON.
func answer() {
	lines(func(line string) {
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			panic(err)
		}
		m.Src, m.Dest = m.Dest, m.Src
		m.Body.Type, m.Body.ReplyTo = "echo_ok", m.Body.ID
		b, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		os.Stdout.Write(append(b, '\n'))
	})
}

// ticks says every second what its clocks show.
func ticks() {
	start := time.Now()
	for range time.Tick(time.Second) {
		fmt.Println(time.Since(start), time.Now().UTC().Format(time.TimeOnly))
	}
}

// gossip passes on numbers, in an order and after times that chance decides, and keeps a log of them.
func gossip() {
	log, err := os.OpenFile("/log", os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		panic(err)
	}
	heard := map[string]int{}
	fresh := make(chan string)
	go lines(func(line string) { fresh <- line })
	for {
		select {
		case line := <-fresh:
			heard[line]++
			fmt.Fprintln(log, line)
			if err := log.Sync(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
			for what, n := range heard { // in any order
				fmt.Println("to", 1+rand.IntN(3), what, n)
				break
			}
			fmt.Println("to", 1+rand.IntN(3), rand.IntN(1000))
		}
	}
}

// commands does to files what it reads, and answers each line with one.
func commands() {
	open := map[string]*os.File{}
	lines(func(line string) {
		w := strings.Fields(line)
		answer, err := command(open, w)
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Println(answer)
	})
}

func command(open map[string]*os.File, w []string) (answer string, err error) {
	switch w[0] {
	case "write": // file, text
		f, err := os.OpenFile(w[1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return "", err
		}
		defer f.Close()
		_, err = f.WriteString(w[2])
		return "ok", err
	case "read":
		b, err := os.ReadFile(w[1])
		return string(b), err
	case "sync":
		f, err := os.Open(w[1])
		if err != nil {
			return "", err
		}
		defer f.Close()
		return "ok", f.Sync()
	case "rename":
		return "ok", syscall.Rename(w[1], w[2]) // os.Rename looks at the files before
	case "remove":
		return "ok", os.Remove(w[1])
	case "mkdir":
		return "ok", os.Mkdir(w[1], 0o755)
	case "truncate":
		return "ok", os.Truncate(w[1], int64(len(w[2])))
	case "list":
		all, err := os.ReadDir(w[1])
		var names []string
		for _, e := range all {
			if e.IsDir() {
				names = append(names, e.Name()+"/")
			} else {
				names = append(names, e.Name())
			}
		}
		return strings.Join(names, " "), err
	case "stat":
		info, err := os.Stat(w[1])
		if err != nil {
			return "", err
		}
		return fmt.Sprint(info.Size(), " ", info.IsDir(), " ", info.ModTime().UTC().Format(time.TimeOnly)), nil
	}
	return held(open, w)
}

// held does something to a file that stays open.
func held(open map[string]*os.File, w []string) (answer string, err error) {
	f := open[w[1]]
	switch w[0] {
	case "open": // handle, file
		open[w[1]], err = os.OpenFile(w[2], os.O_CREATE|os.O_RDWR, 0o644)
		return "ok", err
	case "exclusive":
		open[w[1]], err = os.OpenFile(w[2], os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
		return "ok", err
	case "put": // handle, text
		_, err = f.WriteString(w[2])
		return "ok", err
	case "at": // handle, offset, text
		_, err = f.WriteAt([]byte(w[3]), int64(len(w[2])))
		return "ok", err
	case "get": // handle
		b := make([]byte, 100)
		n, err := f.ReadAt(b, 0)
		if n > 0 {
			err = nil
		}
		return strings.ReplaceAll(string(b[:n]), "\x00", "."), err
	case "fsync":
		return "ok", f.Sync()
	case "close":
		return "ok", f.Close()
	}
	return "", fmt.Errorf("unknown command %q", w[0])
}
