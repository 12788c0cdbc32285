package history

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simrun/internal/soak"
)

// samples returns the histories of testdata by name.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/histories/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	texts := make(map[string][]byte, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = text
	}
	return texts
}

func FuzzReadJSONL(f *testing.F)     { fuzzRead(f, JSONL) }
func FuzzReadEDN(f *testing.F)       { fuzzRead(f, EDN) }
func FuzzReadJepsenLog(f *testing.F) { fuzzRead(f, JepsenLog) }
func FuzzReadJSON(f *testing.F)      { fuzzRead(f, JSON) }
func FuzzReadCSV(f *testing.F)       { fuzzRead(f, CSV) }
func FuzzReadAuto(f *testing.F)      { fuzzRead(f, Auto) }

// fuzzRead gives a reader any text: it must return an error that names a line, or
// a valid history that reads the same after it was written.
func fuzzRead(f *testing.F, format Format) {
	for _, text := range samples(f) {
		if format == Auto || Detect(text) == format {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkRead(t, text, format) })
}

// checkRead reports whether a text was read.
func checkRead(t *testing.T, text []byte, format Format) bool {
	t.Helper()
	events, err := Read(bytes.NewReader(text), "file", format)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("the error is a %T: %v", err, err)
		}
		lines := bytes.Count(text, []byte("\n")) + 1
		if e.File != "file" || e.Reason == "" || strings.ContainsAny(e.Reason, "\n") || e.Line < 1 || e.Line > lines {
			t.Fatalf("%q has %d lines, but: %#v", text, lines, e)
		}
		return false
	}
	if err := Validate(events); err != nil {
		t.Fatalf("%q was read as an invalid history: %v", text, err)
	}
	checkWritten(t, events)
	return true
}

// checkWritten writes a history in each format and reads it again.
func checkWritten(t interface {
	Helper()
	Fatalf(string, ...any)
}, events []Event) {
	t.Helper()
	for _, f := range []Format{JSONL, EDN} {
		var written bytes.Buffer
		if err := Write(&written, f, events); err != nil {
			t.Fatalf("%v", err)
		}
		if len(events) > 0 && Detect(written.Bytes()) != f {
			t.Fatalf("detected as %q:\n%s", Detect(written.Bytes()), written.Bytes())
		}
		again, err := Read(bytes.NewReader(written.Bytes()), "written", f)
		if err != nil {
			t.Fatalf("%v, of\n%s", err, written.Bytes())
		}
		if len(again) != len(events) {
			t.Fatalf("%d events became %d", len(events), len(again))
		}
		for i := range events {
			if again[i] != events[i] {
				t.Fatalf("%+v\nbecame %+v\nby %s", events[i], again[i], written.Bytes())
			}
		}
	}
}

// TestSamplesAreReadAndTheirDamageIsNamed reads each sample; then again with each line replaced by
// something else, where the error must name that line; then cut off at each byte, and with each byte dropped or
// doubled, where Read must return an error or a valid history.
func TestSamplesAreReadAndTheirDamageIsNamed(t *testing.T) {
	for name, text := range samples(t) {
		t.Run(name, func(t *testing.T) {
			format := Detect(text)
			if !checkRead(t, text, Auto) {
				t.Fatal("the sample is refused")
			}
			whole, err := ReadWith(bytes.NewReader(text), "file", Options{Format: format})
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.SplitAfter(text, []byte("\n"))
			for i := range lines[:len(lines)-1] {
				damaged := bytes.Join([][]byte{bytes.Join(lines[:i], nil), []byte("@@ damaged\n"), bytes.Join(lines[i+1:], nil)}, nil)
				reading, err := ReadWith(bytes.NewReader(damaged), "file", Options{Format: format})
				var e *Error
				switch {
				case format == JepsenLog && err == nil: // the line is not an event
					if slices.Equal(reading.Notes, whole.Notes) && len(reading.Events) < len(whole.Events) {
						t.Errorf("line %d was damaged, and nothing was said", i+1)
					}
				case !errors.As(err, &e) || e.Line != i+1 && format != JepsenLog:
					t.Errorf("line %d was damaged: %v", i+1, err)
				}
			}
			refused, tried := 0, 0
			for i := range text {
				for way, damaged := range [][]byte{text[:i], append(bytes.Clone(text[:i]), text[i+1:]...), append(bytes.Clone(text[:i+1]), text[i:]...)} {
					if way != i%3 && !soak.Deep {
						continue // one of the three at each place
					}
					if tried++; !checkRead(t, damaged, format) {
						refused++
					} else if r, err := ReadWith(bytes.NewReader(damaged), "file", Options{Format: format}); err == nil && len(r.Notes) > 0 {
						refused++
					}
				}
			}
			t.Logf("%d of %d damaged texts refused, or read with a note", refused, tried)
			if refused*3 < tried {
				t.Errorf("only %d of %d damaged texts were refused", refused, tried)
			}
		})
	}
}

// A history that is followed while it is written has the events that it has when it is read at once.
func FuzzFollow(f *testing.F) {
	for _, text := range samples(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var followed []Event
		_, err := Follow(bytes.NewReader(text), "file", Options{}, func(e Event) error {
			followed = append(followed, e)
			return nil
		})
		r, readErr := ReadWith(bytes.NewReader(text), "file", Options{})
		if err != nil || readErr != nil {
			return // independent keys, tables and what is refused: see the other targets
		}
		if len(r.Events) != len(followed) {
			t.Fatalf("%d events when it is followed, %d when it is read", len(followed), len(r.Events))
		}
		for i := range followed {
			a, b := followed[i], r.Events[i]
			if a.Type != b.Type || a.F != b.F || a.Time != b.Time || a.Index != b.Index {
				t.Fatalf("event %d: %v when it is followed, %v when it is read", i, a, b)
			}
		}
	})
}
