package fault

import (
	"fmt"
	"strings"
)

// Grammar returns the grammar of plans in EBNF, in the notation of
// golang.org/x/exp/ebnf, where Plan is the start. It is made from the lists that
// the parser itself reads by. Words are separated by blanks, and the marks
// , | > <> stand for themselves wherever they are.
func Grammar() string {
	var b strings.Builder
	b.WriteString(grammarHead)
	var names []string
	for _, k := range Kinds() {
		names = append(names, production(k))
	}
	fmt.Fprintf(&b, "What    = %s .\n\n", strings.Join(names, " | "))
	for _, k := range Kinds() {
		fmt.Fprintf(&b, "%-11s = %s .\n", production(k), rule(k))
	}
	fmt.Fprintf(&b, grammarTail, quoted(words(Shapes)), quoted(accessWords), quoted(words(Dists[1:])), strings.Join(reservedWords(), " "))
	return b.String()
}

// Usage returns how a line of kind k reads, in the notation of [Grammar].
func (k Kind) Usage() string { return rule(k) }

// rule is the right side of the production of a kind.
func rule(k Kind) string {
	parts := []string{`"` + k.String() + `"`}
	for _, c := range forms[k].clauses {
		parts = append(parts, clauseRules[c])
	}
	return strings.Join(parts, " ")
}

// production is the name of the production of a kind.
func production(k Kind) string {
	var b strings.Builder
	for part := range strings.SplitSeq(k.String(), "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// quoted joins words as alternatives.
func quoted(list []string) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = `"` + w + `"`
	}
	return strings.Join(out, " | ")
}

// clauseRules are the clauses in EBNF.
var clauseRules = [...]string{
	nodesC: "Nodes", someC: "[ Nodes ]", groupsC: "( Groups | Shape )", linksC: "Links", onC: "[ On ]",
	inFlightC: `[ "dropping" "in-flight" ]`, opC: `[ "at" "disk" "op" number ]`, keepC: "[ Keep ]",
	byC: `"by" duration`, stepC: "signed", jumpC: "signed", everyC: `"every" duration`,
	chanceC: "ratio", driftC: "drift", distC: "Dist", rateC: "rate", queueC: `[ "queue" number ]`,
	fileC: `[ "in" word ]`, sectorC: `[ "sector" number ]`, forC: "[ For ]",
	leftC: `[ "to" number ]`, whichC: "Which", accessC: "[ Access ]", moveC: `[ "read" | "write" ]`,
}

const grammarHead = `Plan    = { [ Fault ] [ comment ] newline } .
Fault   = Trigger What .
Trigger = "at" duration | [ "after" duration ] "on" [ ordinal ] Event .
`

const grammarTail = `
Nodes  = Who { "," Who } .
Who    = node | "any" [ number ] | "minority" | "majority" | "all" | "rest" | "it" | [ "old" ] Role .
Groups = Nodes "|" Nodes { "|" Nodes } .
Shape  = ( %s ) [ "around" Nodes ] .
Links  = Link { "and" Link } .
Link   = Nodes ( ">" | "<>" ) Nodes .
On     = "on" ( Nodes | Links ) .
For    = "for" duration | "forever" .
Keep   = "keeping" ( "all" | "prefix" | "torn" | "any" | "state" number ) | "wiping" "disk" .
Which  = ratio | ordinal .
Access = %s .
Role   = role | "role" word .
Event  = name | "event" word .
Dist   = "constant" duration | ( %s ) duration duration .

node     = "n" number .
ordinal  = number ( "st" | "nd" | "rd" | "th" ) .
signed   = [ "+" | "-" ] duration .
duration = amount unit { amount unit } | "0" .
amount   = number [ "." [ number ] ] | "." number .
unit     = "ns" | "us" | "µs" | "ms" | "s" | "m" | "h" .
ratio    = number "/" number .
drift    = [ "+" | "-" ] ratio .
rate     = number ( "B/s" | "kB/s" | "MB/s" ) .
number   = digit { digit } .
digit    = "0" … "9" .
word     = letter { letter } .
name     = ( "a" … "z" | "A" … "Z" ) { letter } .
role     = name . // not a node, and none of: %s
letter   = "a" … "z" | "A" … "Z" | "0" … "9" | "-" | "_" | "." | "/" .
comment  = "#" { " " … "~" } .
newline  = "\n" .
`
