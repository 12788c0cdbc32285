package fuel

import "fmt"

// Limits that engines of browsers have too (WebAssembly JavaScript Interface, "implementation-defined limits"); the second is our own.
const (
	maxLocals    = 50_000     // of a function
	maxAllLocals = 10_000_000 // of all functions of a module
	maxTable     = 10_000_000 // elements that a table begins with
)

// Fits says where a module claims to have more of something than it has bytes for, or is cut off. What reads a module afterwards may take
// memory by what it claims: a dozen bytes could ask for gigabytes. It does not validate: a module that fits may be wrong in other ways.
func Fits(module []byte) error {
	m, err := split(module)
	if err != nil {
		return err
	}
	locals := uint64(0)
	for _, s := range m {
		r := &reader{b: s.body}
		r.section(s.id, &locals)
		if r.err == nil && r.at < len(r.b) {
			r.fail("%d bytes are left over", len(r.b)-r.at)
		}
		if r.err != nil {
			return fmt.Errorf("section %d: %w", s.id, r.err)
		}
	}
	return nil
}

// section skips the body of the section with this number.
func (r *reader) section(id byte, locals *uint64) {
	switch id {
	case sectionCustom:
		r.custom()
	case sectionType:
		r.each(r.functionType)
	case sectionImport:
		r.each(r.imported)
	case sectionFunction:
		r.each(r.index)
	case sectionTable:
		r.each(r.table)
	case sectionMemory:
		r.each(r.limits)
	case sectionGlobal:
		r.each(func() { r.valueType(); r.byte(); r.expression() })
	case sectionExport:
		r.each(func() { r.text(); r.byte(); r.index() })
	case sectionStart, sectionDataCount:
		r.index()
	case sectionElement:
		r.each(r.element)
	case sectionCode:
		r.each(func() { r.function(locals) })
	case sectionData:
		r.each(r.data)
	case sectionTag:
		r.each(func() { r.byte(); r.index() })
	default:
		r.fail("there is no such section")
	}
}

// each skips the items of a vector. Each has at least one byte.
func (r *reader) each(item func()) {
	n := r.u32()
	if uint64(n) > uint64(len(r.b)-r.at) {
		r.fail("it claims %d items and has %d bytes for them", n, len(r.b)-r.at)
	}
	for range n {
		if r.err != nil {
			return
		}
		item()
	}
}

func (r *reader) index() { r.u32() }
func (r *reader) text()  { r.bytes(r.u32()) }

// expression skips constant instructions and their end.
func (r *reader) expression() {
	for r.err == nil && r.instruction() != opEnd {
	}
}

// valueType skips the type of a value: a byte, or a reference to a heap type.
func (r *reader) valueType() {
	if t := r.byte(); t == 0x63 || t == 0x64 {
		r.leb()
	}
}

// functionType skips a type, or a group of types that refer to each other.
func (r *reader) functionType() {
	switch form := r.byte(); form {
	case 0x60:
		r.each(r.valueType)
		r.each(r.valueType)
	case 0x4e:
		r.each(r.functionType)
	default:
		r.fail("a type of unknown form 0x%02x", form)
	}
}

func (r *reader) imported() {
	r.text() // module
	r.text() // name
	switch kind := r.byte(); kind {
	case importFunc:
		r.index()
	case importTable:
		r.table()
	case importMemory:
		r.limits()
	case importGlobal:
		r.valueType()
		r.byte()
	case importTag:
		r.byte()
		r.index()
	default:
		r.fail("an import of unknown kind %d", kind)
	}
}

// table skips a table: plain, or with an expression that its elements begin with.
func (r *reader) table() {
	withInit := r.at < len(r.b) && r.b[r.at] == 0x40
	if withInit {
		r.bytes(2)
	}
	r.valueType()
	flags := r.byte()
	if n := r.u32(); n > maxTable {
		r.fail("a table begins with %d elements: at most %d can be had", n, maxTable)
	}
	if flags&1 != 0 {
		r.leb()
	}
	if withInit {
		r.expression()
	}
}

// element skips an element segment: bit 0 says passive or declarative, bit 1 that a table or kind is named, bit 2 expressions in place of
// indices (section 5.5.12).
func (r *reader) element() {
	flags := r.u32()
	passive, named, expressions := flags&1 != 0, flags&2 != 0, flags&4 != 0
	if !passive {
		if named {
			r.index()
		}
		r.expression()
	}
	if passive || named {
		r.valueType()
	}
	if expressions {
		r.each(r.expression)
	} else {
		r.each(r.index)
	}
}

// function skips the code of a function, without its instructions, and counts its locals.
func (r *reader) function(locals *uint64) {
	body := r.bytes(r.u32())
	in := &reader{b: body}
	mine := uint64(0)
	in.each(func() { mine += uint64(in.u32()); in.valueType() })
	*locals += mine
	switch {
	case in.err != nil:
		r.fail("%v", in.err)
	case mine > maxLocals:
		r.fail("a function has %d locals: at most %d can be had", mine, maxLocals)
	case *locals > maxAllLocals:
		r.fail("its functions have more than %d locals", maxAllLocals)
	}
}

func (r *reader) data() {
	switch flags := r.u32(); flags {
	case 0:
		r.expression()
	case 1:
	case 2:
		r.index()
		r.expression()
	default:
		r.fail("a data segment of unknown kind %d", flags)
	}
	r.bytes(r.u32())
}

// custom skips a custom section. That of names has vectors too.
func (r *reader) custom() {
	if string(r.bytes(r.u32())) != "name" {
		r.bytes(uint32(len(r.b) - r.at))
		return
	}
	for r.err == nil && r.at < len(r.b) {
		part := r.byte()
		in := &reader{b: r.bytes(r.u32())}
		name := func() { in.index(); in.text() }
		switch part {
		case 1:
			in.each(name)
		case 2:
			in.each(func() { in.index(); in.each(name) })
		}
		if in.err != nil {
			r.fail("names: %v", in.err)
		}
	}
}
