package weaker

import (
	"fmt"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// access is what an operation did to one register: it read a value, or wrote one.
// A compare-and-set is a read and a write, a transaction any number of them.
type access struct {
	key   string
	write bool
	value history.Value
}

// A language returns the accesses of an operation. It reports false for an operation
// that registers do not have, such as an append, whose value depends on the value
// before. For an operation that may not have taken effect it returns the accesses that
// it would have made, as far as these are known.
type language func(op *history.Operation) ([]access, bool)

// languages lists the specifications that consist of registers.
var languages = []struct {
	spec check.Spec
	language
}{
	{specs.Register, plainAccesses},
	{specs.CASRegister, plainAccesses},
	{specs.KV, kvAccesses},
	{specs.MultiRegister, transactionAccesses},
}

// languageOf returns the language of a specification. A user's own specification has
// none, even if it has the name of one that does.
func languageOf(spec check.Spec) (language, error) {
	for _, l := range languages {
		if l.spec.Name() == spec.Name() && l.spec.Summary() == spec.Summary() {
			return l.language, nil
		}
	}
	return nil, fmt.Errorf("expected the specification register, cas-register, kv or multi-register, got %s: it has no versions to compare", spec.Name())
}

func plainAccesses(op *history.Operation) ([]access, bool) {
	switch op.F {
	case "read", "get":
		if op.Outcome == history.Info {
			return nil, true
		}
		return []access{{op.Key, false, op.Output}}, true
	case "write", "put":
		return []access{{op.Key, true, op.Input}}, true
	case "cas":
		if op.Outcome == history.Fail {
			return []access{{op.Key, false, op.Output}}, true
		}
		if swapped, told := op.Output.AsBool(); told && !swapped {
			return nil, false // it does not say which other value it found
		}
		from, to, _ := op.Input.AsPair()
		return []access{{op.Key, false, from}, {op.Key, true, to}}, true
	}
	return nil, false
}

// kvAccesses is the language of kv, in which the empty string means an absent key.
func kvAccesses(op *history.Operation) ([]access, bool) {
	if op.F == "delete" {
		return []access{{op.Key, true, history.Null}}, true
	}
	all, ok := plainAccesses(op)
	for i := range all {
		if s, isText := all[i].value.AsString(); isText && s == "" {
			all[i].value = history.Null
		}
	}
	return all, ok
}

// transactionAccesses is the language of transactions. Of each register it returns the
// value that the transaction found, unless it wrote first, and the last one that it wrote.
func transactionAccesses(op *history.Operation) ([]access, bool) {
	steps := op.Output
	if op.Outcome == history.Info {
		steps = op.Input
	}
	list, _ := steps.AsList()
	var all []access
	written := make(map[string]int) // position of its write
	for _, step := range list {
		parts, ok := step.AsList()
		if !ok || len(parts) != 3 {
			return nil, false
		}
		what, _ := parts[0].AsString()
		key, value := parts[1].String(), parts[2]
		if op.Key != "" {
			key = op.Key + "/" + key
		}
		at, wrote := written[key]
		switch {
		case what == "w" && wrote:
			all[at].value = value
		case what == "w":
			written[key] = len(all)
			all = append(all, access{key, true, value})
		case !wrote && op.Outcome != history.Info:
			all = append(all, access{key, false, value})
		case wrote && op.Outcome != history.Info && all[at].value != value:
			return nil, false // it did not see its own write, so nothing is known for certain
		}
	}
	return all, true
}
