package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/txn"
	"simrun/history"
)

// asked are how many events tell which question a history can answer.
const asked = 400

// question proposes the question that a history can answer: "this is a list-append history: try --isolation serializable". It is "" if there is none.
func question(events []history.Event) string {
	events = slices.DeleteFunc(slices.Clone(events[:min(asked, len(events))]), func(e history.Event) bool { return e.Process == history.Nemesis })
	for i := range events {
		events[i].Index = i
	}
	if kind := transactionsOf(events); kind != "" {
		return "this is " + kind + " history: try --isolation serializable"
	}
	var fit []string
	for _, spec := range specs.All {
		if _, err := check.Linearizable(spec, events, check.Options{Budget: 1, AllowEmpty: true}); err == nil && len(events) > 0 {
			fit = append(fit, spec.Name())
		}
	}
	if len(fit) == 0 {
		return ""
	}
	return "this is a history of " + strings.Join(operationsOf(events), ", ") + ": try --spec " + strings.Join(fit[:min(3, len(fit))], " or --spec ")
}

// whichQuestion is the error for a check that names none.
func whichQuestion(events []history.Event) error {
	try := question(events)
	switch {
	case try == "":
		return fmt.Errorf("against which specification? Say --spec, one of: %s", joinStrings(checkNames()))
	case transactionsOf(events) != "":
		return fmt.Errorf("which question? %s, or another of: %s", try, joinStrings(levelNames()))
	}
	return fmt.Errorf("against which specification? Say --spec, one of: %s; %s", joinStrings(checkNames()), try)
}

// operationsOf lists the names of operations, in order of their first use.
func operationsOf(events []history.Event) []string {
	var names []string
	for _, e := range events {
		if !slices.Contains(names, e.F) {
			names = append(names, e.F)
		}
	}
	return names
}

// transactionsOf is which kind of transactions a history has, "" if it has other operations too.
func transactionsOf(events []history.Event) string {
	if len(events) == 0 || slices.ContainsFunc(events, func(e history.Event) bool { return e.F != "txn" }) {
		return ""
	}
	if _, err := txn.Check(events, txn.Options{Budget: 1}); err != nil {
		return ""
	}
	if slices.ContainsFunc(events, func(e history.Event) bool { return strings.Contains(e.Value.String(), `["append",`) }) {
		return "a list-append"
	}
	return "an rw-register"
}

// head reads the beginning of a file as a history, as far as its lines go.
func head(file string, o history.Options) []history.Event {
	if file == "-" {
		return nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, 64<<10))
	if err != nil {
		return nil
	}
	if r, err := history.ReadWith(bytes.NewReader(text), file, o); err == nil {
		return r.Events
	}
	r, err := history.ReadWith(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]), file, o)
	if err != nil {
		return nil
	}
	return r.Events
}
