// Package fuel rewrites modules of WebAssembly so that they count what they do, and stop when they have done too much without
// waiting. The count does not depend on the machine: the same program stops at the same place everywhere.
//
// A metered module exports a global of 64 bits, [Global]. Each call of a function and each turn of a loop takes one unit from it, and where
// it falls below zero the module traps. So every way to run without end is counted, and straight code costs nothing.
package fuel

import "fmt"

// Global is the name of the exported global that holds the fuel that is left. It is signed; whoever runs the module sets it.
const Global = "simrun_fuel"

// Meter returns a module that does what the given one does, and counts. The error says where the module is malformed, or which
// instruction is not known.
func Meter(module []byte) ([]byte, error) {
	m, err := split(module)
	if err != nil {
		return nil, err
	}
	imported, err := importedGlobals(m.section(sectionImport))
	if err != nil {
		return nil, err
	}
	defined, globals, err := one(m.section(sectionGlobal), "global")
	if err != nil {
		return nil, err
	}
	exported, exports, err := one(m.section(sectionExport), "export")
	if err != nil {
		return nil, err
	}
	index := imported + defined
	m.set(sectionGlobal, append(append(uleb(nil, defined+1), globals...), typeI64, mutable, opI64Const, 0, opEnd))
	m.set(sectionExport, uleb(append(append(append(uleb(nil, exported+1), exports...), text(Global)...), exportGlobal), index))
	if code := m.section(sectionCode); code != nil {
		metered, err := meterCode(code, takeOne(index))
		if err != nil {
			return nil, err
		}
		m.set(sectionCode, metered)
	}
	return m.join(), nil
}

// Numbers of the binary format (WebAssembly Core Specification, section 5).
const (
	sectionCustom    = 0
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionTable     = 4
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionElement   = 9
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
	sectionTag       = 13

	importFunc   = 0
	importTable  = 1
	importMemory = 2
	importGlobal = 3
	importTag    = 4
	exportGlobal = 3

	typeI64   = 0x7e
	blockVoid = 0x40
	mutable   = 1
)

// section is a part of a module.
type section struct {
	id   byte
	body []byte
}

// module is a module in its sections, in their order.
type module []section

const magic = "\x00asm\x01\x00\x00\x00"

// split takes a module apart.
func split(b []byte) (module, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("it does not begin as a module of WebAssembly does")
	}
	r := &reader{b: b, at: len(magic)}
	var m module
	for r.at < len(b) {
		id := r.byte()
		body := r.bytes(r.u32())
		if r.err != nil {
			return nil, r.err
		}
		m = append(m, section{id, body})
	}
	return m, nil
}

// section is the body of the section with this number; nil if there is none.
func (m module) section(id byte) []byte {
	for _, s := range m {
		if s.id == id {
			return s.body
		}
	}
	return nil
}

// set replaces the section with this number, or adds it where it belongs.
func (m *module) set(id byte, body []byte) {
	for i := range *m {
		s := &(*m)[i]
		if s.id == id {
			s.body = body
			return
		}
		if s.id != sectionCustom && rank(s.id) > rank(id) {
			*m = append((*m)[:i], append(module{{id, body}}, (*m)[i:]...)...)
			return
		}
	}
	*m = append(*m, section{id, body})
}

// rank is the place of a section in a module. The count of data segments, though its number is the highest, comes before the code.
func rank(id byte) int {
	if id == sectionDataCount {
		return 2*sectionCode - 1
	}
	return 2 * int(id)
}

// join puts a module together.
func (m module) join() []byte {
	out := []byte(magic)
	for _, s := range m {
		out = append(uleb(append(out, s.id), uint64(len(s.body))), s.body...)
	}
	return out
}

// importedGlobals counts the globals that a module imports: they come before its own.
func importedGlobals(body []byte) (n uint64, err error) {
	if body == nil {
		return 0, nil
	}
	r := &reader{b: body}
	for range r.u32() {
		r.bytes(r.u32()) // module
		r.bytes(r.u32()) // name
		switch kind := r.byte(); kind {
		case importFunc:
			r.u32()
		case importTable:
			r.byte()
			r.limits()
		case importMemory:
			r.limits()
		case importGlobal:
			r.byte()
			r.byte()
			n++
		default:
			r.fail("an import of unknown kind %d", kind)
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	return n, r.err
}

// one splits a section into the number of its entries and the entries.
func one(body []byte, what string) (n uint64, rest []byte, err error) {
	if body == nil {
		return 0, nil, nil
	}
	r := &reader{b: body}
	count := r.u32()
	if r.err != nil {
		return 0, nil, fmt.Errorf("%s section: %w", what, r.err)
	}
	return uint64(count), body[r.at:], nil
}

func text(s string) []byte { return append(uleb(nil, uint64(len(s))), s...) }
