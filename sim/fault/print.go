package fault

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"simrun/sim/disk"
)

// String writes the fault as one line that [Parse] reads back.
func (f Fault) String() string {
	if f.Kind >= kinds {
		return f.Kind.String()
	}
	b := f.trigger()
	b = append(b, f.Kind.String())
	for _, c := range forms[f.Kind].clauses {
		if text := f.clause(c); text != "" {
			b = append(b, text)
		}
	}
	return strings.Join(b, " ")
}

// MarshalText implements [encoding.TextMarshaler]. It refuses a fault that could
// not be read back as it is.
func (f Fault) MarshalText() ([]byte, error) {
	text := f.String()
	back, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("fault %q cannot be written: %w", text, err)
	}
	if back != f {
		return nil, fmt.Errorf("fault %q cannot be written: a field is set that its kind does not have, or its target is not spelled as it is printed", text)
	}
	return []byte(text), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *Fault) UnmarshalText(b []byte) error {
	parsed, err := Parse(string(b))
	if err != nil {
		return err
	}
	*f = parsed
	return nil
}

// trigger writes when the fault begins.
func (f Fault) trigger() []string {
	if f.On == "" {
		return []string{"at", f.At.String()}
	}
	var b []string
	if f.At > 0 {
		b = append(b, "after", f.At.String())
	}
	b = append(b, "on")
	if f.Nth > 1 {
		b = append(b, ordinalText(f.Nth))
	}
	if !plain(string(f.On)) || f.On == "event" {
		b = append(b, "event")
	}
	return append(b, string(f.On))
}

// ordinalText writes "3rd".
func ordinalText(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// clause writes one part of the line, "" if it is left out.
func (f Fault) clause(c clause) string {
	switch c {
	case nodesC, someC, linksC:
		return string(f.Target)
	case groupsC:
		return f.groups()
	case onC:
		return prefixed("on ", string(f.Target))
	case inFlightC:
		if f.InFlight {
			return "dropping in-flight"
		}
	case opC:
		if f.Op > 0 {
			return "at disk op " + strconv.Itoa(f.Op)
		}
	case keepC:
		return f.keep()
	case byC:
		return "by " + f.By.String()
	case stepC:
		return signedText(f.By > 0) + f.By.String()
	case jumpC:
		return f.By.String()
	case everyC:
		return "every " + f.Every.String()
	case chanceC:
		return f.Ratio.String()
	case driftC:
		return signedText(f.Ratio.Num > 0) + f.Ratio.String()
	case distC:
		if f.Dist == Constant {
			return string(f.Dist) + " " + f.By.String()
		}
		return string(f.Dist) + " " + f.By.String() + " " + f.Max.String()
	case rateC:
		return f.rate()
	case queueC:
		if f.Queue > 0 {
			return "queue " + strconv.Itoa(f.Queue)
		}
	case fileC:
		return prefixed("in ", f.File)
	case sectorC:
		if f.Sector > 0 {
			return "sector " + strconv.Itoa(f.Sector)
		}
	case leftC:
		if f.Left > 0 {
			return "to " + strconv.Itoa(f.Left)
		}
	case whichC:
		if f.Op > 0 {
			return ordinalText(f.Op)
		}
		return f.Ratio.String()
	case accessC, moveC:
		return string(f.Access)
	case forC:
		return lengthText(f.For)
	}
	return ""
}

// groups writes the groups of a partition, or its shape.
func (f Fault) groups() string {
	if f.Shape == "" {
		return string(f.Target)
	}
	return string(f.Shape) + prefixed(" around ", string(f.Target))
}

// keep writes what a crash leaves.
func (f Fault) keep() string {
	switch f.Keep {
	case disk.LoseAll:
		return ""
	case disk.Wiped:
		return "wiping disk"
	case disk.Chosen:
		return "keeping state " + strconv.FormatUint(uint64(f.State), 10)
	}
	for _, k := range keepWords {
		if k.keep == f.Keep {
			return "keeping " + k.word
		}
	}
	return "keeping " + f.Keep.String()
}

// rate writes a bandwidth in the largest unit that it is a whole number of.
func (f Fault) rate() string {
	for _, u := range rateUnits {
		if f.Rate%u.bytes == 0 {
			return strconv.FormatInt(f.Rate/u.bytes, 10) + u.name
		}
	}
	panic("fault: a rate is a whole number of bytes")
}

// lengthText writes how long a fault lasts.
func lengthText(d time.Duration) string {
	switch d {
	case 0:
		return ""
	case Forever:
		return "forever"
	}
	return "for " + d.String()
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func signedText(positive bool) string {
	if positive {
		return "+"
	}
	return ""
}

// Plan is a plan of faults that prints as the lines that a person would write.
type Plan []Fault

// String returns the plan, one fault per line.
func (p Plan) String() string {
	lines := make([]string, len(p))
	for i, f := range p {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// GoString returns the plan as [Plan.String] does, on lines of its own, for what prints values with %#v, as rapid does.
func (p Plan) GoString() string {
	if len(p) == 0 {
		return "no faults"
	}
	return "\n    " + strings.ReplaceAll(p.String(), "\n", "\n    ")
}

// GoString returns the fault as [Fault.String] does.
func (f Fault) GoString() string { return f.String() }
