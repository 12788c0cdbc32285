package fuel_test

import (
	"strings"
	"testing"

	"simrun/sim/program/fuel"
)

// A module of a dozen bytes that claims to be large is refused by what is wrong with it, before anybody takes memory for it.
func TestClaimsThatDoNotFit(t *testing.T) {
	const many = "\xff\xff\xff\xff\x0f" // 2^32-1
	for name, tc := range map[string]struct{ sections, want string }{
		"functions":  {"\x0a\x06" + many + "\x00", "section 10: at byte 5 of its section: it claims 4294967295 items and has 1 bytes for them"},
		"parameters": {"\x01\x07\x01\x60" + many, "section 1: at byte 7 of its section: it claims 4294967295 items and has 0 bytes for them"},
		"elements":   {"\x09\x0a\x01\x00\x41\x00\x0b" + many, "section 9: at byte 10 of its section: it claims 4294967295 items"},
		"locals":     {"\x0a\x0a\x01\x08\x01" + many + "\x7f\x0b", "section 10: at byte 10 of its section: a function has 4294967295 locals: at most 50000 can be had"},
		"table":      {"\x04\x08\x01\x70\x00" + many, "section 4: at byte 8 of its section: a table begins with 4294967295 elements: at most 10000000 can be had"},
		"names":      {"\x00\x0c\x04name\x01\x05" + many, "section 0: at byte 12 of its section: names: at byte 5 of its section: it claims 4294967295 items"},
		"data":       {"\x0b\x07\x01\x01" + many, "section 11: at byte 7 of its section: it ends too early"},
		"a section":  {"\x0b" + many, "at byte 14 of its section: it ends too early"},
	} {
		if err := fuel.Fits([]byte(head + tc.sections)); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: %v\nexpected %s", name, err, tc.want)
		}
	}
	for name, m := range map[string][]byte{"spin": spin, "count": count, "nothing": []byte(head)} {
		if err := fuel.Fits(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
