// Package crash carries a panic from the goroutine in which it happened to one that can
// say so, with the place and the stack.
package crash

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// Panic is a panic that was recovered.
type Panic struct {
	Value any    // of the panic
	Place string // "simrun/check.(*x).f, x.go:12"; "" if it is not known
	Stack string // for whoever mends it
}

func (p *Panic) Error() string {
	if p.Place == "" {
		return fmt.Sprint(p.Value)
	}
	return fmt.Sprintf("%v (%s)", p.Value, p.Place)
}

// Recovered returns a panic, of which x is what recover returned. It must be called from
// the deferred function. A panic that was carried from elsewhere keeps its place.
func Recovered(x any) *Panic {
	if p, ok := x.(*Panic); ok {
		return p
	}
	return &Panic{Value: x, Place: place(), Stack: string(debug.Stack())}
}

// place names the function that panicked: the first below the panic that is not the runtime's.
func place() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for panicked := false; ; {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s, %s:%d", f.Function, filepath.Base(f.File), f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
