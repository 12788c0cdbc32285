package history

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestValueCanonicalForm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`null`, `null`},
		{` true `, `true`},
		{`0`, `0`},
		{`-0`, `0`},
		{`-0.0e7`, `0`},
		{`1.0`, `1`},
		{`10e-1`, `1`},
		{`9223372036854775807`, `9223372036854775807`},
		{`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `9223372036854775808`},
		{`9.223372036854775807e18`, `9223372036854775807`},
		{`1e3`, `1000`},
		{`0.10`, `0.1`},
		{`1e-7`, `1e-7`},
		{`0.0000001234`, `1.234e-7`},
		{`12e50`, `1.2e51`},
		{`1.5E+2`, `150`},
		{`"<&>"`, `"<&>"`},
		{`"\u003c\/\u00e9\u2028"`, "\"</é\u2028\""},
		{`"\u0001\b\f\n\r\t\"\\"`, `"\u0001\b\f\n\r\t\"\\"`},
		{`[ 1 , 2.50 , "a" ]`, `[1,2.5,"a"]`},
		{`{"b": 1, "a": {"d": [], "c": {}}}`, `{"a":{"c":{},"d":[]},"b":1}`},
		{`[-0,1e0]`, `[0,1]`},
	} {
		v, err := ParseValue(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if v.String() != c.want {
			t.Errorf("%s became %s, want %s", c.in, v, c.want)
		}
		if again, err := ParseValue(v.String()); err != nil || again != v {
			t.Errorf("%s: its canonical form reads as %v (%v)", c.in, again, err)
		}
	}
}

func TestValueConstructorsAgreeWithParsing(t *testing.T) {
	for text, v := range map[string]Value{
		`[1,-2]`:        Ints(1, -2),
		`[]`:            List(),
		`[null,"a",[]]`: List(Null, String("a"), List()),
		`true`:          Bool(true),
		`"a\nb"`:        String("a\nb"),
		"\"\uFFFD\"":    String("\xff"),
	} {
		if w, err := ParseValue(text); err != nil || w != v {
			t.Errorf("%s parses as %v (%v), built as %v", text, w, err, v)
		}
	}
}

func TestValueRefuses(t *testing.T) {
	for in, want := range map[string]string{
		``:                        "the text ends in the middle of a value",
		`[1`:                      "the text ends in the middle of a value",
		`"a`:                      "the text ends in the middle of a value",
		`[1 2]`:                   "expected ',', got '2'",
		`01`:                      `"01": malformed number`,
		`1.`:                      `"1.": malformed number`,
		`- 1`:                     `"-": malformed number`,
		`nul`:                     `expected a JSON value, got "nul"`,
		`{"a":1,}`:                "expected a string, got '}'",
		`{"a":1,"a":1}`:           `the name "a" occurs twice in one object`,
		`{"a":1,"\u0061":2}`:      `the name "a" occurs twice in one object`,
		`1 1`:                     "expected nothing after the value, got '1'",
		`"\x"`:                    `malformed string "\"\\x\""`,
		"\"\x01\"":                `control character byte 0x01 in a string: it must be escaped as \u0001`,
		`1e1000001`:               `"1e1000001": the exponent of a number is greater than a million`,
		strings.Repeat("[", 2000): "a value is nested more than 1000 levels deep",
		`NaN`:                     `expected a JSON value, got "NaN"`,
	} {
		if v, err := ParseValue(in); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v; want %q", in, v, err, want)
		}
	}
}

func TestValueParts(t *testing.T) {
	v, err := ParseValue(`[3,[4,{"a,]":"}\"[","b":null}],"x\"y",1.5]`)
	if err != nil {
		t.Fatal(err)
	}
	list, ok := v.AsList()
	if n, _ := v.Len(); !ok || len(list) != 4 || n != 4 {
		t.Fatalf("elements of %v: %v", v, list)
	}
	a, b, ok := list[1].AsPair()
	if !ok || a != Int(4) {
		t.Errorf("pair %v, %v, %v", a, b, ok)
	}
	if f, ok := b.Field("a,]"); !ok || f != String(`}"[`) {
		t.Errorf("field: %v %v", f, ok)
	}
	if f, ok := b.Field("b"); !ok || f != Null {
		t.Errorf("field: %v %v", f, ok)
	}
	if _, ok := b.Field("c"); ok {
		t.Error("found a field that is not there")
	}
	if list[2] != String(`x"y`) || list[3].String() != "1.5" {
		t.Errorf("elements %v", list)
	}
	for _, other := range []Value{Null, Int(1), String("[1,2]"), list[3], Ints(), Ints(1), Ints(1, 2, 3)} {
		if _, _, ok := other.AsPair(); ok {
			t.Errorf("%v passed for a pair", other)
		}
	}
}

func TestAsPairOfIntsDoesNotAllocate(t *testing.T) {
	v := Ints(12, -7)
	if n := testing.AllocsPerRun(100, func() {
		if a, b, ok := v.AsPair(); !ok || a != Int(12) || b != Int(-7) {
			t.Fatal(a, b, ok)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestCanonicalNumberAgreesWithBigRat compares the decimal arithmetic with math/big:
// the canonical form is the same number, and equal numbers have equal forms.
func TestCanonicalNumberAgreesWithBigRat(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		va, errA := ParseValue(a)
		vb, errB := ParseValue(b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		ra, _ := new(big.Rat).SetString(a)
		rb, _ := new(big.Rat).SetString(b)
		if canonical, ok := new(big.Rat).SetString(va.String()); !ok || canonical.Cmp(ra) != 0 {
			t.Fatalf("%s became %s", a, va)
		}
		if (ra.Cmp(rb) == 0) != (va == vb) {
			t.Fatalf("%s and %s: equal as numbers %v, as values %v", a, b, ra.Cmp(rb) == 0, va == vb)
		}
	})
}

// FuzzParseValue compares with encoding/json: the same texts are accepted, and
// the canonical form means the same.
func FuzzParseValue(f *testing.F) {
	for _, s := range []string{`null`, `-0.0`, `[1,"a",{"b":[true,1e5]}]`, `"\ud800\u00e9<"`, `{"a":1,"a":2}`, "\"\xff\"", `[[`, `1e400`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseValue(text)
		if !json.Valid([]byte(text)) {
			if err == nil {
				t.Fatalf("%q is not JSON, but was read as %v", text, v)
			}
			return
		}
		if err != nil {
			if !stricterThanJSON(text) {
				t.Fatalf("%q is JSON, but: %v", text, err)
			}
			return
		}
		var want, got any
		if json.Unmarshal([]byte(text), &want) != nil {
			return // a number beyond float64
		}
		if err := json.Unmarshal([]byte(v.String()), &got); err != nil {
			t.Fatalf("%q became %s, which is not JSON: %v", text, v, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q became %s", text, v)
		}
		if again, err := ParseValue(v.String()); err != nil || again != v {
			t.Fatalf("%q: %s is read as %v (%v)", text, v, again, err)
		}
		if list, ok := v.AsList(); ok && List(list...) != v {
			t.Fatalf("%s came apart as %v", v, list)
		}
	})
}

// stricterThanJSON reports whether err refuses a text that is valid JSON: values allow
// no name that occurs twice, and bound exponents and nesting.
func stricterThanJSON(text string) bool {
	_, err := ParseValue(text)
	for _, allowed := range []string{"twice in one object", "greater than a million", "1000 levels deep"} {
		if err != nil && strings.Contains(err.Error(), allowed) {
			return true
		}
	}
	return false
}

// Arrays of plain numbers are passed at once; what is not plain in them comes out as it does in any other array.
func TestArraysOfNumbers(t *testing.T) {
	for _, c := range []struct{ text, canonical string }{
		{`[1,2,30]`, `[1,2,30]`},
		{`[10]`, `[10]`},
		{`[]`, `[]`},
		{`[1, 2]`, `[1,2]`},
		{`[0,1]`, `[0,1]`},
		{`[-0,1]`, `[0,1]`},
		{`[1,-2]`, `[1,-2]`},
		{`[1,2.50]`, `[1,2.5]`},
		{`[1,[2,3],"4"]`, `[1,[2,3],"4"]`},
		{`[123456789012345678]`, `[123456789012345678]`},
		{`[1234567890123456789012]`, `[1234567890123456789012]`},
	} {
		v, err := ParseValue(c.text)
		if err != nil || v.String() != c.canonical {
			t.Errorf("%s: %v, %v, expected %s", c.text, v, err, c.canonical)
		}
	}
	for _, text := range []string{`[1,]`, `[,1]`, `[01]`, `[1,02]`, `[1`, `[1,`, `[1 2]`, `[1,,2]`, `[`} {
		if v, err := ParseValue(text); err == nil {
			t.Errorf("%s is read as %v", text, v)
		}
	}
}
