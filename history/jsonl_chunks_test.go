package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"simrun/internal/crash"
	"simrun/internal/soak"
)

// A large file is parsed in chunks by several goroutines. What comes out, events, notes or an error, is what comes out of a
// reader of unknown length, which is parsed line by line.
func TestChunksAgreeWithLines(t *testing.T) {
	var whole bytes.Buffer
	if err := Write(&whole, JSONL, sample(25_000)); err != nil {
		t.Fatal(err)
	}
	text := whole.Bytes()
	if len(text) < chunkedAt {
		t.Fatalf("%d bytes are read in one piece", len(text))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	line := func() (from, to int) { // a line somewhere
		at := rng.IntN(len(text) - 1000)
		from = at + bytes.IndexByte(text[at:], '\n') + 1
		return from, from + bytes.IndexByte(text[from:], '\n') + 1
	}
	change := map[string]func() []byte{
		"as it is":             func() []byte { return text },
		"no last newline":      func() []byte { return bytes.TrimSuffix(text, []byte("\n")) },
		"the last line is cut": func() []byte { return text[:len(text)-10] },
		"lines end in CRLF":    func() []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) },
		"a byte is damaged": func() []byte {
			b := bytes.Clone(text)
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(7)
			return b
		},
		"a line is missing": func() []byte {
			from, to := line()
			return append(bytes.Clone(text[:from]), text[to:]...)
		},
		"a line is empty": func() []byte {
			from, _ := line()
			return append(append(bytes.Clone(text[:from]), '\n'), text[from:]...)
		},
		"a line is longer than a chunk": func() []byte {
			from, to := line()
			long := bytes.Replace(text[from:to], []byte(`"type"`), []byte(`"node":"`+strings.Repeat("n", 3*chunkSize)+`","type"`), 1)
			return append(append(bytes.Clone(text[:from]), long...), text[to:]...)
		},
	}
	outcomes := map[bool]int{}
	for name, make := range change {
		for range soak.N(1, 3) {
			b := make()
			want, wantErr := ReadWith(struct{ io.Reader }{bytes.NewReader(b)}, "file", Options{})
			got, err := ReadWith(bytes.NewReader(b), "file", Options{})
			outcomes[err == nil]++
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s: %v in chunks, %v by lines", name, err, wantErr)
			}
			if err == nil && !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: the histories differ", name)
			}
		}
	}
	if least := soak.N(3, 5); outcomes[true] < least || outcomes[false] < least {
		t.Errorf("%v", outcomes)
	}
}

// An error of the reader is an error at the line where it is, wherever that is in the line: what was read before is not a history.
func TestChunksOfAReaderThatFails(t *testing.T) {
	var whole bytes.Buffer
	if err := Write(&whole, JSONL, sample(25_000)); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	newline := bytes.IndexByte(whole.Bytes(), '\n') + 1
	places := []int{newline, newline - 1, newline + 1, chunkSize - 1, chunkSize, chunkSize + 1, whole.Len() - 1, whole.Len()}
	for range soak.N(4, 20) {
		places = append(places, detectBytes+rng.IntN(whole.Len()-detectBytes))
	}
	for _, at := range places {
		for _, failure := range []error{errors.New("the disk is gone"), io.ErrUnexpectedEOF} {
			want := fmt.Sprintf("file:%d: cannot read the rest of the file: %v", bytes.Count(whole.Bytes()[:at], []byte("\n"))+1, failure)
			for name, r := range map[string]io.Reader{
				"in chunks": &failingReader{bytes.NewReader(whole.Bytes()[:at]), whole.Len(), failure},
				"by lines":  struct{ io.Reader }{&failingReader{bytes.NewReader(whole.Bytes()[:at]), whole.Len(), failure}},
			} {
				got, err := ReadWith(r, "file", Options{Format: JSONL})
				if at < detectBytes && err != nil {
					continue // it fails before the format is known
				}
				if err == nil || err.Error() != want {
					t.Errorf("%s, after %d bytes: got %v, want %s", name, at, err, want)
				}
				if got != nil {
					t.Errorf("%s, after %d bytes: a history of %d events", name, at, len(got.Events))
				}
			}
			events := 0
			_, err := Follow(&failingReader{bytes.NewReader(whole.Bytes()[:at]), whole.Len(), failure}, "file", Options{Format: JSONL, Whole: true}, func(Event) error {
				events++
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), failure.Error()) {
				t.Errorf("followed, after %d bytes: %d events and %v", at, events, err)
			}
		}
	}
}

// failingReader says that it is longer than it is, and fails at its end.
type failingReader struct {
	*bytes.Reader
	size    int
	failure error
}

func (f *failingReader) Len() int { return f.size }

func (f *failingReader) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err == io.EOF {
		err = f.failure
	}
	return n, err
}

// A reader that panics does so in the goroutine of the caller.
func TestChunksOfAReaderThatPanics(t *testing.T) {
	var whole bytes.Buffer
	if err := Write(&whole, JSONL, sample(1000)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if p, ok := recover().(*crash.Panic); !ok || p.Value != "on purpose" {
			t.Errorf("recovered %v", p)
		}
	}()
	ReadWith(&panicking{&whole}, "file", Options{Format: JSONL})
}

// panicking is a large file whose reader panics after its beginning.
type panicking struct{ start *bytes.Buffer }

func (*panicking) Len() int { return chunkedAt }

func (p *panicking) Read(b []byte) (int, error) {
	if p.start.Len() == 0 {
		panic("on purpose")
	}
	return p.start.Read(b)
}
