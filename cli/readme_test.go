package cli

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"simrun/internal/documented"
	"simrun/internal/soak"
)

// root is the folder of the repository.
const root = ".."

// TestReadme runs every command of the README and of docs/, in their order: each
// line of a block that is fenced as sh, and the command of each row of a table, in one folder
// per page, which holds the files of testdata/readme and, as in the repository, those of history and examples.
//
//   - simrun, or go run ./cmd/simrun, must end with the exit code that the line says ([documented.ExitCodes]). Those of the pages that
//     docs/make/guidebook makes are left to its test, which runs them too; and of the rows of a table that are about one model, all but the first to soak.
//   - make is asked whether it knows the target.
//   - go test is asked whether there is a test or benchmark of that name.
//   - git clone, cd and clang are taken on trust.
//
// Anything else fails the test: it must be taught how to run it.
func TestReadme(t *testing.T) {
	pages, err := filepath.Glob(root + "/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append([]string{root + "/README.md"}, pages...) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/readme")); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(filepath.Join(dir, "history/testdata"), os.DirFS(root+"/history/testdata")); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(root+"/examples")); err != nil {
				t.Fatal(err)
			}
			for _, c := range fewer(filepath.Base(page), commandsIn(string(text))) {
				runDocumented(t, dir, c)
			}
		})
	}
}

// fewer leaves out what other tests run as well.
func fewer(page string, commands []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(commands, func(line string) bool {
		command := strings.Replace(line, "go run ./cmd/simrun", "simrun", 1)
		switch page {
		case "guide.md", "mechanisms.md", "programs.md":
			return strings.HasPrefix(command, "simrun ")
		case "bugs.md":
			_, model, _ := strings.Cut(command, "--model ")
			model, _, _ = strings.Cut(model, " ")
			again := seen[model]
			seen[model] = true
			return again && soak.N(1, 2) == 1
		}
		return false
	})
}

func TestCommandsIn(t *testing.T) {
	got := commandsIn("text\n```sh\n$ simrun run   # a comment\nsimrun sweep \\\n  --seeds 1-3\n\n# nothing\n```\n```text\nsimrun no\n```\n| B1 | `no` | `go run x` |\n  ```sh\n  make test\n  ```\n")
	want := []string{"simrun run   # a comment", "simrun sweep --seeds 1-3", "go run x", "make test"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// inTable is a row of a table whose last cell is a command.
var inTable = regexp.MustCompile("^\\|.*`(go run [^`]+)` *\\|$")

// commandsIn returns the command lines of the blocks of a page that are fenced as sh, and those that rows of
// its tables end with.
func commandsIn(page string) (commands []string) {
	inside, unfinished := false, ""
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case !inside && inTable.MatchString(line):
			commands = append(commands, inTable.FindStringSubmatch(line)[1])
		case !inside || line == "" || strings.HasPrefix(line, "#"):
		case strings.HasSuffix(line, `\`):
			unfinished += strings.TrimSpace(strings.TrimSuffix(line, `\`)) + " "
		default:
			commands = append(commands, strings.TrimPrefix(unfinished+line, "$ "))
			unfinished = ""
		}
	}
	return commands
}

var (
	testNamed    = regexp.MustCompile(`-(?:run|bench|fuzz)[ =]('[^'$]+'|[^'\s]\S*)`)
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Example|Fuzz)\w*)\(`)
	packageName  = regexp.MustCompile(`\./\S+|\s\.(?:\s|$)`)
)

// runDocumented runs one command of a page.
func runDocumented(t *testing.T, dir, line string) {
	command := strings.Replace(line, "go run ./cmd/simrun", "simrun", 1)
	verb, _, _ := strings.Cut(command, " ")
	switch {
	case verb == "simrun":
		runSimrun(t, dir, line, command)
	case verb == "make":
		command, _, _ = strings.Cut(command, "#")
		if out, err := inRoot("make", append([]string{"-n"}, strings.Fields(command)[1:]...)...); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	case strings.HasPrefix(command, "go test"):
		command, _, _ = strings.Cut(command, "#")
		command, _, _ = strings.Cut(command, " | ") // what draws the figures is a program
		if !hasTest(t, command) {
			t.Errorf("%s: there is no such test", line)
		}
	case strings.HasPrefix(command, "git clone "), verb == "cd", verb == "clang":
	default:
		t.Errorf("%q: the test of the README can't run this: teach it", line)
	}
}

// hasTest reports whether each package that a command of go test names has a test or benchmark of the name that it
// says. It reads the sources, since go test -list would link every package's tests to tell.
func hasTest(t *testing.T, command string) bool {
	name := "."
	if m := testNamed.FindStringSubmatch(command); m != nil {
		name, _, _ = strings.Cut(strings.Trim(m[1], "'"), "/")
	}
	fits, err := regexp.Compile(name)
	if err != nil {
		t.Errorf("%s: %v", command, err)
		return false
	}
	packages := packageName.FindAllString(command, -1)
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(root, strings.TrimSpace(p), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(testFunction.FindAllSubmatch(text, -1), func(m [][]byte) bool { return fits.Match(m[1]) })
		}) {
			return false
		}
	}
	return len(packages) > 0
}

func TestHasTest(t *testing.T) {
	for command, want := range map[string]bool{
		"go test ./cli -run TestHasTest -v":                      true,
		"go test ./cli -run 'TestHasTest/of one'":                true,
		"go test -tags soak ./check -run '^$' -bench . -count 1": true,
		"go test ./cli -run TestThatNobodyWrote":                 false,
		"go test ./cli ./nowhere -run TestHasTest":               false,
		"go test -run TestHasTest":                               false,
	} {
		if got := hasTest(t, command); got != want {
			t.Errorf("%s: %v, want %v", command, got, want)
		}
	}
}

func inRoot(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	return cmd.CombinedOutput()
}

// runSimrun runs a line as a shell does, with this program as simrun.
func runSimrun(t *testing.T, dir, line, command string) {
	want := documented.ExitCodes(line)
	if soak.N(1, 2) == 1 {
		command = shortened(command)
	}
	this := simrun(t, dir)
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(this.Path)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	if strings.Contains(command, "--serve") {
		runServer(t, line, cmd)
		return
	}
	out, err := cmd.CombinedOutput()
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if !slices.Contains(want, code) {
		t.Errorf("%s: exit code %d, want %v\n%s", line, code, want, out)
	}
}

// shortened is a command that takes long, with less to do. With the build tag soak it runs as it is.
func shortened(command string) string {
	command = strings.Replace(command, "--seeds 1-10000", "--seeds 1-20", 1)
	command = strings.Replace(command, "--seeds 1-300   ", "--seeds 1-40   ", 1) // not of the bug, which takes 41 seeds
	if strings.Contains(command, "simrun bench stale-local-read") {
		command = strings.Replace(command, " no-sessions", " no-sessions --starts 2 --twin 20", 1)
	}
	if strings.TrimSpace(command) == "simrun bench" {
		command += " B02 B44 --starts 1 --twin 20"
	}
	return command
}

// runServer starts a server, and ends it as soon as it says where it is.
func runServer(t *testing.T, line string, cmd *exec.Cmd) {
	cmd.Args[2] = "exec " + cmd.Args[2] // so that the signal reaches it
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(said, "http://") {
		t.Errorf("%s: says %q, %v\n%s", line, said, err, &stderr)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, &stderr)
	}
}
