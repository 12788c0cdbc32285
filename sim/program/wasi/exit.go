package wasi

import (
	"fmt"
	"strings"

	"simrun/internal/count"
	"simrun/sim/program"
)

// refuel gives the guest what it may use until it waits.
func (p *process) refuel() {
	if p.fuel != nil {
		p.fuel.Set(uint64(p.program.config.fuel()))
	}
}

// procExit ends the guest.
func procExit(p *process, a []uint64) errno {
	p.end(exited(int(uint32(a[0]) & 0xff)))
	return success
}

// end takes the guest down, from within a function of the host.
func (p *process) end(e program.Exit) {
	p.ended = &e
	panic(unwinding{})
}

func exited(code int) program.Exit {
	return program.Exit{Code: code, Reason: fmt.Sprintf("exited with code %d", code)}
}

// stopped is the end of a guest that did what no program should.
func stopped(format string, args ...any) program.Exit {
	return program.Exit{Code: -1, Reason: fmt.Sprintf(format, args...), Finding: true}
}

// exit says how the guest ended.
func (p *process) exit() program.Exit {
	e := exited(0) // _start returned
	switch {
	case p.ended != nil:
		e = *p.ended
	case p.failed != nil && p.home.module == nil:
		e = stopped("did not start: %s", firstLine(p.failed))
	case p.failed != nil && p.fuel != nil && int64(p.fuel.Get()) < 0:
		return stopped("ran %s units of fuel without waiting", count.Grouped(p.program.config.fuel()))
	case p.failed != nil:
		e = stopped("trapped: %s", strings.TrimPrefix(firstLine(p.failed), "wasm error: "))
	}
	if e.Code != 0 && p.home.linear.refused {
		e.Reason += fmt.Sprintf(", after it was refused more than %d MiB of memory", p.home.linear.limit>>20)
		e.Finding = true
	}
	return e
}
