package cli

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
)

// printable is text from elsewhere as it can be printed: what would move the cursor, colour
// the terminal or begin a line of its own is escaped, and so is what a CI server takes for a
// command, at the beginning of a line (::error::) or anywhere (##[error]).
func printable(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "##[", `#\#[`)
	if strings.HasPrefix(strings.TrimSpace(text), "::") {
		text = `\` + text
	}
	if strings.IndexFunc(text, control) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if control(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// control reports whether a letter is not to be seen: control characters, those that change the direction of text, and line ends.
func control(r rune) bool { return !unicode.IsPrint(r) }

func joinStrings(list []string) string { return strings.Join(list, ", ") }

func splitComma(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.SplitSeq(s, ",") {
			if !yield(strings.TrimSpace(word)) {
				return
			}
		}
	}
}

// clip is s with at most so many letters.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// quote is a word as a shell takes it.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,=+@%", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
