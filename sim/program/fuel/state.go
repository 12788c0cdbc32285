package fuel

import "fmt"

// Instructions after which a module's state is more than its memory and its globals.
const (
	opTableSet = 0x26

	moreDataDrop  = 9
	moreTableInit = 12
	moreTableCopy = 14
	moreTableGrow = 15
	moreTableFill = 17

	typeF64 = 0x7c
	typeI32 = 0x7f
)

// State returns a module that does what the given one does, and exports all globals that it may change, under the names returned. With
// them and with its memory, which it must export, a host can put an instance back to where it began. False: that is not all that the
// module may change, or it is malformed, or has a function that runs before anything can be kept.
func State(module []byte) (exported []byte, globals []string, ok bool) {
	m, err := split(module)
	if err != nil || m.section(sectionStart) != nil || m.section(sectionExport) == nil || !onlyGlobals(m.section(sectionCode)) {
		return nil, nil, false
	}
	first, err := importedGlobals(m.section(sectionImport))
	if err != nil {
		return nil, nil, false
	}
	indices, ok := mutableGlobals(m.section(sectionGlobal), first)
	if !ok {
		return nil, nil, false
	}
	count, exports, err := one(m.section(sectionExport), "export")
	if err != nil {
		return nil, nil, false
	}
	body := append(uleb(nil, count+uint64(len(indices))), exports...)
	for _, index := range indices {
		name := fmt.Sprintf("simrun_global_%d", index)
		globals = append(globals, name)
		body = uleb(append(append(body, text(name)...), exportGlobal), index)
	}
	m.set(sectionExport, body)
	return m.join(), globals, true
}

// mutableGlobals are those of a section that may change, and false if one of them is no number of at most 64 bits. The first of the section
// has the index first.
func mutableGlobals(body []byte, first uint64) (indices []uint64, ok bool) {
	if body == nil {
		return nil, true
	}
	r := &reader{b: body}
	for i := range uint64(r.u32()) {
		kind, may := r.byte(), r.byte()
		for r.err == nil && r.instruction() != opEnd {
		}
		if r.err != nil || may == mutable && (kind < typeF64 || kind > typeI32) {
			return nil, false
		}
		if may == mutable {
			indices = append(indices, first+i)
		}
	}
	return indices, r.err == nil
}

// onlyGlobals reports whether code changes neither tables nor which segments there are.
func onlyGlobals(body []byte) bool {
	if body == nil {
		return true
	}
	r := &reader{b: body}
	for range r.u32() {
		in := &reader{b: r.bytes(r.u32())}
		for range in.u32() { // locals: how many, and of which type
			in.u32()
			if in.byte(); in.err != nil {
				return false
			}
		}
		for r.err == nil && in.at < len(in.b) {
			start := in.at
			op := in.instruction()
			if in.err != nil || op == opTableSet || op == opMore && changesMore(in.b[start+1:]) {
				return false
			}
		}
		if r.err != nil || in.err != nil {
			return false
		}
	}
	return true
}

// changesMore reports whether an instruction, whose second part this is, changes a table or takes a segment away.
func changesMore(b []byte) bool {
	switch (&reader{b: b}).u32() {
	case moreDataDrop, moreTableInit, moreTableCopy, moreTableGrow, moreTableFill:
		return true
	}
	return false
}
