package brief

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"", 10, ""},
		{"0123456789", 10, "0123456789"},
		{"0123456789x", 10, "01234…9x"},
		{"äöüäöüäöü", 12, "äöü…ü"},
	} {
		if got := Middle(c.text, c.most); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	for most := 3; most < 40; most++ {
		if got := Middle(strings.Repeat("€", 30), most); len(got) > most || !utf8.ValidString(got) {
			t.Errorf("%d bytes: %q", most, got)
		}
	}
}
