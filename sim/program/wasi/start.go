package wasi

// What a guest is started with.

func argsSizesGet(p *process, a []uint64) errno { return p.putSizes(a, p.args) }

func argsGet(p *process, a []uint64) errno { return p.putStrings(a, p.args) }

func environSizesGet(p *process, a []uint64) errno { return p.putSizes(a, p.environ) }

func environGet(p *process, a []uint64) errno { return p.putStrings(a, p.environ) }

// putSizes says how many strings there are, and how many bytes they need.
func (p *process) putSizes(a []uint64, list []string) errno {
	bytes := 0
	for _, s := range list {
		bytes += len(s) + 1
	}
	if e := p.put32(a[0], uint32(len(list))); e != success {
		return e
	}
	return p.put32(a[1], uint32(bytes))
}

// putStrings writes strings, each with a zero at its end, and an array of pointers to them.
func (p *process) putStrings(a []uint64, list []string) errno {
	array, at := a[0], uint32(a[1])
	for i, s := range list {
		if e := p.put32(array+uint64(4*i), at); e != success {
			return e
		}
		if !p.memory.WriteString(at, s) || !p.memory.WriteByte(at+uint32(len(s)), 0) {
			return efault
		}
		at += uint32(len(s)) + 1
	}
	return success
}
