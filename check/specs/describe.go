package specs

import "simrun/history"

// describe returns a text such as "enqueue 7", "dequeue → 7" or "acquire → ?".
func describe(op history.Operation) string {
	s := op.F
	if !op.Input.IsNull() {
		s += " " + op.Input.String()
	}
	switch {
	case op.Outcome == history.Info:
		s += " → ?"
	case !op.Output.IsNull() && op.Output != op.Input:
		s += " → " + op.Output.String()
	}
	return s
}

// describeTake is describe for operations whose absent result means "empty".
func describeTake(op history.Operation) string {
	if op.Input.IsNull() && op.Output.IsNull() && op.Outcome == history.OK {
		return op.F + " → empty"
	}
	return describe(op)
}

// describeRegister returns a text such as "read x = 7", "write x = 7" or "cas x [3,7]".
func describeRegister(op history.Operation) string {
	name := op.F
	if op.Key != "" {
		name += " " + op.Key
	}
	v := op.Input
	switch op.F {
	case "read", "get":
		v = op.Output
		if op.Outcome != history.OK {
			return name + " → ?"
		}
	case "write", "put":
	default:
		op.F = name
		return describe(op)
	}
	if op.Key != "" {
		name += " ="
	}
	return name + " " + v.String()
}
