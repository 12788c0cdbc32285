//go:build unix

package native

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is also the programs that the tests run as nodes: this binary, with the word guest and what the guest is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "guest" {
		guests[os.Args[2]]()
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "victim" {
		victim()
	}
	os.Exit(m.Run())
}

// guests are programs, by name.
//
// A line that they get is "ask CLIENT CALL WORD…" or "hear NODE WORD…"; a line that they print is "tell CLIENT CALL TEXT" or "say NODE WORD…".
var guests = map[string]func(){
	"talker":   talker,
	"flood":    func() { flood() },
	"deaf":     func() { fmt.Fprintln(os.Stderr, "deaf"); forever() },
	"mute":     func() { os.Stdout.Close(); talker() },
	"stubborn": func() { signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP); talker() },
	"child":    child,
	"heir":     heir,
	"brief":    func() { fmt.Println("say 2 farewell"); fmt.Fprint(os.Stderr, "the last words"); os.Exit(7) },
	"long":     func() { os.Stdout.Write(make([]byte, MaxLine+1<<20)); forever() },
}

// talker answers what it is asked.
func talker() {
	file, err := os.OpenFile("lives", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	file.WriteString("x")
	file.Close()
	fmt.Fprintln(os.Stderr, "pid", os.Getpid())
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		w := strings.Fields(in.Text())
		if w[0] == "hear" {
			hear(w[1], w[2:])
		} else {
			ask("tell "+w[1]+" "+w[2]+" ", w[3:])
		}
	}
}

// hear handles a message of a node.
func hear(from string, w []string) {
	switch w[0] {
	case "pass": // back to who asked
		fmt.Printf("say %s passed %s\n", from, strings.Join(w[1:], " "))
	case "passed":
		fmt.Println(strings.Join(w[1:], " "))
	}
}

// ask handles a request, whose answer begins as given.
func ask(answer string, w []string) {
	switch w[0] {
	case "relay": // by another node
		fmt.Printf("say %s pass %srelayed by %s\n", w[1], answer, w[1])
	case "lives":
		text, _ := os.ReadFile("lives")
		fmt.Println(answer + fmt.Sprint(len(text)))
	case "where":
		dir, _ := os.Getwd()
		fmt.Println(answer + dir + " " + strings.Join(os.Args[3:], ",") + " " + os.Getenv("GREETING"))
	case "exit":
		fmt.Fprintln(os.Stderr, "as you like")
		os.Exit(3)
	case "crash":
		signal.Reset()
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "bear": // a child that holds what the variable HELD names
		c := exec.Command(os.Args[0], "guest", "child")
		out, _ := c.StdoutPipe()
		if err := c.Start(); err != nil {
			panic(err)
		}
		bufio.NewReader(out).ReadString('\n')
		fmt.Println(answer + "born")
	case "bequeath": // standard output to a child that leaves the group, and exit
		c := exec.Command(os.Args[0], "guest", "heir")
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := c.Start(); err != nil {
			panic(err)
		}
		os.Exit(4)
	}
}

// child opens a named pipe, says so, and never ends by itself.
func child() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	f, err := os.OpenFile(os.Getenv("HELD"), os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	f.WriteString("held")
	fmt.Println("ready")
	forever()
}

// heir lives until the named pipe ends.
func heir() {
	f, err := os.Open(os.Getenv("HELD"))
	if err != nil {
		panic(err)
	}
	f.Read(make([]byte, 1))
}

func flood() {
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	for {
		out.WriteString("say 2 flood\n")
	}
}

func forever() {
	for {
		time.Sleep(time.Hour)
	}
}
