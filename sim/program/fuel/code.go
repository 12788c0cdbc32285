package fuel

// Instructions of which the meter knows more than how long they are.
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opEnd         = 0x0b
	opBrTable     = 0x0e
	opSelectTyped = 0x1c
	opGlobalGet   = 0x23
	opGlobalSet   = 0x24
	opI64Const    = 0x42
	opI64LtS      = 0x53
	opI64Sub      = 0x7d
	opMore        = 0xfc
	opVector      = 0xfd
)

// takeOne takes a unit from the global, and traps where none was left.
func takeOne(global uint64) []byte {
	c := uleb([]byte{opGlobalGet}, global)
	c = uleb(append(c, opI64Const, 1, opI64Sub, opGlobalSet), global)
	c = uleb(append(c, opGlobalGet), global)
	return append(c, opI64Const, 0, opI64LtS, opIf, blockVoid, opUnreachable, opEnd)
}

// meterCode puts the meter into every function of a code section: at its begin, and at the head of its loops.
func meterCode(body, meter []byte) ([]byte, error) {
	r := &reader{b: body}
	n := r.u32()
	out := uleb(make([]byte, 0, len(body)+len(body)/4), uint64(n))
	var f []byte
	for range n {
		code := r.bytes(r.u32())
		if r.err != nil {
			return nil, r.err
		}
		in := &reader{b: code}
		for range in.u32() { // locals: how many, and of which type
			in.u32()
			in.byte()
			if in.err != nil {
				return nil, in.err
			}
		}
		f = append(append(f[:0], code[:in.at]...), meter...)
		for in.at < len(code) {
			start := in.at
			op := in.instruction()
			if in.err != nil {
				return nil, in.err
			}
			f = append(f, code[start:in.at]...)
			if op == opLoop {
				f = append(f, meter...)
			}
		}
		out = append(uleb(out, uint64(len(f))), f...)
	}
	return out, r.err
}

// instruction reads one instruction with what belongs to it (section 5.4), and returns its first byte.
func (r *reader) instruction() byte {
	op := r.byte()
	switch {
	case op == opBlock, op == opLoop, op == opIf:
		r.leb() // type
	case op == opBrTable:
		for range r.u32() {
			if r.u32(); r.err != nil {
				return op
			}
		}
		r.u32()
	case op == opSelectTyped:
		r.bytes(r.u32())
	case op == 0x0c, op == 0x0d, op == 0x10, op == 0x12, op >= 0x20 && op <= 0x26, op == 0x3f, op == 0x40, op == 0xd2: // an index: br, call, local.get, …
		r.u32()
	case op == 0x11, op == 0x13, op >= 0x28 && op <= 0x3e: // two: call_indirect; alignment and offset of loads and stores
		r.u32()
		r.leb()
	case op == 0x41, op == opI64Const:
		r.leb()
	case op == 0x43: // f32.const
		r.bytes(4)
	case op == 0x44: // f64.const
		r.bytes(8)
	case op == 0xd0: // ref.null
		r.byte()
	case op == opMore:
		r.more()
	case op == opVector:
		r.vector()
	case op <= 0x01, op == 0x05, op == opEnd, op == 0x0f, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4, op == 0xd1: // alone
	default:
		r.fail("the instruction 0x%02x, which is not known", op)
	}
	return op
}

// more reads the rest of an instruction that begins with 0xfc.
func (r *reader) more() {
	switch k := r.u32(); {
	case k <= 7: // saturating conversions
	case k == 9, k == 11, k == 13, k >= 15 && k <= 17: // data.drop, memory.fill, elem.drop, table.grow, table.size, table.fill
		r.u32()
	case k == 8, k == 10, k == 12, k == 14: // memory.init, memory.copy, table.init, table.copy
		r.u32()
		r.u32()
	default:
		r.fail("the instruction 0xfc %d, which is not known", k)
	}
}

// vector reads the rest of an instruction that begins with 0xfd.
func (r *reader) vector() {
	switch k := r.u32(); {
	case k <= 11, k == 92, k == 93: // loads and stores
		r.u32()
		r.leb()
	case k == 12, k == 13: // v128.const, i8x16.shuffle
		r.bytes(16)
	case k >= 21 && k <= 34: // a lane
		r.byte()
	case k >= 84 && k <= 91: // loads and stores of a lane
		r.u32()
		r.leb()
		r.byte()
	case k > 255:
		r.fail("the instruction 0xfd %d, which is not known", k)
	}
}
