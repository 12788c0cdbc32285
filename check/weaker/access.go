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

// A language tells the accesses of an operation; false if it is none of a
// register's, such as an append, whose value depends on the one before. Of an
// operation that is not known to have taken effect it tells those that it would
// have made, as far as they are known.
type language func(op *history.Operation) ([]access, bool)

// languages are those of the specifications that consist of registers.
var languages = []struct {
	spec check.Spec
	language
}{
	{specs.Register, plainAccesses},
	{specs.CASRegister, plainAccesses},
	{specs.KV, kvAccesses},
	{specs.MultiRegister, transactionAccesses},
}

// languageOf returns how to read the operations of a specification. One of
// a user's specification that only has the name of another has no language.
func languageOf(spec check.Spec) (language, error) {
	for _, l := range languages {
		if l.spec.Name() == spec.Name() && l.spec.Summary() == spec.Summary() {
			return l.language, nil
		}
	}
	return nil, fmt.Errorf("%s has no versions to compare: this question is for register, cas-register, kv and multi-register", spec.Name())
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
			return nil, false // it found some other value: which one is not known
		}
		from, to, _ := op.Input.AsPair()
		return []access{{op.Key, false, from}, {op.Key, true, to}}, true
	}
	return nil, false
}

// kvAccesses reads a kv store, in which the empty string is an absent key.
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

// transactionAccesses reads a transaction: of each register the value that it
// found, unless it wrote first, and the last one that it wrote.
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
			return nil, false // it did not see its own write: nothing is sure of it
		}
	}
	return all, true
}
