package history

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"olympos.io/encoding/edn"
	"pgregory.net/rapid"
)

// The reader of EDN values is compared with olympos.io/encoding/edn, which is
// complete but too slow for histories, and does not know what Clojure adds.

// oracleValue reads one EDN form with the oracle.
func oracleValue(text string) (v Value, err error) {
	var x any
	if err := edn.UnmarshalString(text, &x); err != nil {
		return Null, err
	}
	return fromOracle(x), nil
}

func fromOracle(x any) Value {
	switch x := x.(type) {
	case nil:
		return Null
	case bool:
		return Bool(x)
	case int64:
		return Int(x)
	case big.Int: // inside a collection
		return mustParse(x.String())
	case *big.Int:
		return mustParse(x.String())
	case float64:
		return mustParse(strconv.FormatFloat(x, 'g', -1, 64))
	case string:
		return String(x)
	case edn.Keyword:
		return String(string(x))
	case edn.Symbol:
		return String(string(x))
	case rune: // a character
		return String(string(x))
	case []any:
		list := make([]Value, len(x))
		for i := range x {
			list[i] = fromOracle(x[i])
		}
		return List(list...)
	case map[any]bool:
		var set []Value
		for e := range x {
			set = append(set, fromOracle(e))
		}
		return sortedList(set)
	case map[any]any:
		var members []string
		for k, e := range x {
			name := fromOracle(k)
			if _, ok := name.AsString(); !ok {
				name = String(name.String())
			}
			members = append(members, name.String()+":"+fromOracle(e).String())
		}
		return mustParse("{" + strings.Join(members, ",") + "}")
	case edn.Tag:
		return mustParse("{" + String("#"+x.Tagname).String() + ":" + fromOracle(x.Value).String() + "}")
	}
	panic(fmt.Sprintf("the oracle returned a %T", x))
}

func mustParse(text string) Value {
	v, err := ParseValue(text)
	if err != nil {
		panic(err)
	}
	return v
}

func sortedList(vs []Value) Value {
	for i := range vs {
		for j := i; j > 0 && vs[j].Compare(vs[j-1]) < 0; j-- {
			vs[j], vs[j-1] = vs[j-1], vs[j]
		}
	}
	return List(vs...)
}

// ednSpace generates what may be between two forms.
var ednSpace = rapid.SampledFrom([]string{" ", "  ", ", ", "\n", " ; a } comment \"\n", " #_ dropped ", " #_[1 #_2 {:a \"]\"}] ", "\t"})

// ednText generates EDN forms that both readers know.
func ednText(depth int) *rapid.Generator[string] {
	scalar := rapid.OneOf(
		rapid.SampledFrom([]string{"nil", "true", "false", "-0", "+7", `\a`, `\newline`, `\u00e9`, `\\`, `\(`, "9223372036854775807", "-9223372036854775808", "98765432109876543210N"}),
		rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) }),
		rapid.Map(rapid.Float64(), func(x float64) string { return strconv.FormatFloat(x, 'e', -1, 64) }),
		rapid.StringMatching(`:[a-z][a-z0-9*+!_?.-]{0,8}(/[a-z]{1,4})?`),
		rapid.StringMatching(`[a-z][a-z0-9*+!_?.-]{0,8}x`),
		rapid.Map(rapid.StringMatching(`[a-z0-9 ;:{}\[\]()#é\t\n\r\\"]{0,10}`), func(s string) string { return strings.ReplaceAll(strconv.Quote(s), `\x`, `\u00`) }),
	)
	if depth == 0 {
		return scalar
	}
	return rapid.Custom(func(t *rapid.T) string {
		switch inner := ednText(depth - 1); rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return joined(t, "[", inner, "]")
		case 1:
			return joined(t, "(", inner, ")")
		case 2:
			return joined(t, "#{", rapid.Map(rapid.IntRange(0, 1000), strconv.Itoa), "}")
		case 3:
			key := 0
			return joined(t, "{", rapid.Custom(func(t *rapid.T) string {
				key++
				return fmt.Sprintf(":k%d %s", key, inner.Draw(t, "value"))
			}), "}")
		case 4:
			return "#my/tag " + inner.Draw(t, "tagged")
		default:
			return scalar.Draw(t, "scalar")
		}
	})
}

func joined(t *rapid.T, open string, element *rapid.Generator[string], closer string) string {
	text := open
	for _, e := range rapid.SliceOfNDistinct(element, 0, 5, rapid.ID[string]).Draw(t, "elements") {
		text += ednSpace.Draw(t, "space") + e
	}
	return text + ednSpace.Draw(t, "space") + closer
}

func TestEDNValuesAgreeWithOracle(t *testing.T) {
	compared, nested := 0, 0
	check := func(t *rapid.T) {
		text := ednSpace.Draw(t, "before") + ednText(3).Draw(t, "text")
		want, err := oracleValue(text)
		if err != nil {
			t.Fatalf("the oracle refuses %q: %v", text, err)
		}
		s := ednScanner{text: []byte(text)}
		got, err := s.value()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got != want {
			t.Fatalf("%q is %v, the oracle says %v", text, got, want)
		}
		compared++
		if got.kind == kindJSON {
			nested++
		}
		// What is written as EDN is read again as the same value, by both.
		written := string(got.appendEDN(nil))
		s = ednScanner{text: []byte(written)}
		if again, err := s.value(); err != nil || again != got {
			t.Fatalf("%v is written as %s, which is read as %v (%v)", got, written, again, err)
		}
		if again, err := oracleValue(written); err != nil || again != got {
			t.Fatalf("%v is written as %s, which the oracle reads as %v (%v)", got, written, again, err)
		}
	}
	for range 20 {
		rapid.Check(t, check)
	}
	t.Logf("%d values compared, %d of them collections", compared, nested)
	if nested*4 < compared {
		t.Errorf("only %d of %d values were collections", nested, compared)
	}
}

// FuzzEDNValue compares with the oracle on any text that both accept, and checks
// that what is read can be written and read again.
func FuzzEDNValue(f *testing.F) {
	for _, s := range []string{`{:a [1 2.5 "x" #{:b}] nil (true)}`, `#inst "2020-01-01T00:00:00Z"`, `1/2`, `"\ud83d\ude00"`, `##NaN`, `#_ 1 2`, `[\a \newline]`, `0x1F`, `-1.5e-3M`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := ednScanner{text: []byte(text)}
		got, err := s.value()
		if err != nil {
			return
		}
		if again, err := ParseValue(got.String()); err != nil || again != got {
			t.Fatalf("%q became %v, which is not canonical JSON: %v, %v", text, got, again, err)
		}
		if c, err := s.peek(); c == 0 && err == nil && comparable(text) {
			if want, err := oracleValue(text); err == nil && want != got {
				t.Fatalf("%q is %v, the oracle says %v", text, got, want)
			}
		}
		s = ednScanner{text: got.appendEDN(nil)}
		if again, err := s.value(); err != nil || again != got {
			t.Fatalf("%q became %v, which is written as %s and read as %v (%v)", text, got, got.appendEDN(nil), again, err)
		}
	})
}

// comparable reports whether the oracle reads a text as we do: it rounds decimals,
// accepts duplicates, and does not know what Clojure adds.
func comparable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsAny(text, ".eEM/#{")
}
