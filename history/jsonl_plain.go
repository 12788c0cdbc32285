package history

import "bytes"

// plainLine parses a line as nearly all lines of history.jsonl are: with the members in
// the order in which simrun writes them, without key, node and error, and with an
// integer or null as the value. It is several times as fast as [parseJSONLine], which
// must parse what plainLine does not take, and gives the same record.
func plainLine(line []byte, rec *record, in *interner) bool {
	p := plainScanner{rest: line, ok: true}
	p.skip(`{"index":`)
	index := p.number()
	p.skip(`,`)
	p.skip(`"time":`)
	time := p.number()
	p.skip(`,`)
	p.skip(`"process":`)
	process := p.number()
	p.skip(`,`)
	p.skip(`"type":`)
	typ := p.typ()
	p.skip(`,`)
	p.skip(`"f":`)
	f := p.name()
	p.skip(`,`)
	p.skip(`"value":`)
	value := p.value()
	p.skip(`}`)
	if !p.ok || len(p.rest) > 0 || process < 0 || int64(int(index)) != index {
		return false
	}
	rec.Index, rec.Time, rec.Process, rec.Type = int(index), Time(time), Process(process), typ
	rec.F, rec.Value = in.str(f), value
	rec.has = fieldIndex | fieldTime | fieldProcess | fieldType | fieldF | fieldValue
	return true
}

// plainScanner scans a plain line. It says at the end whether all was as expected.
type plainScanner struct {
	rest []byte
	ok   bool
}

// skip scans a text, and one space before it if there is one.
func (p *plainScanner) skip(text string) {
	p.space()
	if len(p.rest) < len(text) || string(p.rest[:len(text)]) != text {
		p.ok, p.rest = false, nil
		return
	}
	p.rest = p.rest[len(text):]
}

func (p *plainScanner) space() {
	if len(p.rest) > 0 && p.rest[0] == ' ' {
		p.rest = p.rest[1:]
	}
}

// number scans an integer of 1 to 18 digits without needless zeros.
func (p *plainScanner) number() int64 {
	p.space()
	i, negative := 0, len(p.rest) > 0 && p.rest[0] == '-'
	if negative {
		i++
	}
	first, n := i, int64(0)
	for ; i < len(p.rest) && p.rest[i]-'0' <= 9; i++ {
		n = n*10 + int64(p.rest[i]-'0')
	}
	if digits := i - first; digits == 0 || digits > 18 || digits > 1 && p.rest[first] == '0' {
		p.ok = false
		return 0
	}
	p.rest = p.rest[i:]
	if negative {
		return -n
	}
	return n
}

func (p *plainScanner) typ() Type {
	switch text := p.name(); string(text) {
	case "invoke":
		return Invoke
	case "ok":
		return OK
	case "fail":
		return Fail
	case "info":
		return Info
	}
	p.ok = false
	return Invoke
}

// name scans a string of ASCII without escapes.
func (p *plainScanner) name() []byte {
	p.space()
	if len(p.rest) == 0 || p.rest[0] != '"' {
		p.ok = false
		return nil
	}
	n := bytes.IndexByte(p.rest[1:], '"')
	if n < 0 {
		p.ok = false
		return nil
	}
	text := p.rest[1 : 1+n]
	for _, c := range text {
		if c < ' ' || c == '\\' || c >= 0x80 {
			p.ok = false
			return nil
		}
	}
	p.rest = p.rest[n+2:]
	return text
}

func (p *plainScanner) value() Value {
	p.space()
	if len(p.rest) > 0 && p.rest[0] == 'n' {
		p.skip("null")
		return Null
	}
	return Int(p.number())
}
