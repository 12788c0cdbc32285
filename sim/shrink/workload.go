package shrink

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/sim"
)

// withOnly is a case whose clients invoke these operations alone in the fault phase.
func withOnly(c sim.Case, keys []string) sim.Case {
	if len(keys) == 0 {
		keys = []string{sim.NoOperation}
	}
	c.Workload.Only = keys
	c.Overrides = slices.DeleteFunc(slices.Clone(c.Overrides), dropsOperation)
	return c
}

// dropsOperation reports whether an override leaves an operation out, which a list of those
// that stay makes needless.
func dropsOperation(o sim.Override) bool { return strings.HasPrefix(o.Key, "drop ") }

// dropOperations takes operations away: those of each client, then segments of time, then one by one.
func (r *reduction) dropOperations() bool {
	helped := false
	for client := range r.best.c.Clients {
		others := slices.DeleteFunc(slices.Clone(r.best.operations), func(o invoked) bool { return o.who == sim.ClientID(client+1) })
		if len(others) < len(r.best.operations) && len(others) > 0 && r.try(withOnly(r.best.c, keysOf(others))) {
			helped = true
		}
	}
	c, all := r.best.c, r.best.operations
	left := r.subsets(len(all), func(subset []int) sim.Case { return withOnly(c, keysOf(pick(all, subset))) })
	return helped || left < len(all)
}

func keysOf(list []invoked) []string {
	keys := make([]string, len(list))
	for i, o := range list {
		keys[i] = o.key
	}
	return keys
}

// dropClients takes clients away. The operations that are left become those of others where they can.
func (r *reduction) dropClients() bool {
	return r.first(func(yield func(sim.Case) bool) {
		for n := 1; n < r.best.c.Clients; n++ {
			c := r.best.c
			c.Clients = n
			if !yield(c) || !yield(r.handedOver(c)) {
				return
			}
		}
	})
}

// handedOver gives the operations of clients that are gone to those that are left, at about the same time.
func (r *reduction) handedOver(c sim.Case) sim.Case {
	var keys []string
	for i, o := range r.best.operations {
		client, ordinal := o.numbers()
		key, ok := r.alike(&c, o, 1+(client-1)%c.Clients, ordinal, 8)
		if !ok || slices.Contains(keys, key) {
			key = operationKey(1+i%c.Clients, ordinal)
		}
		keys = append(keys, key)
	}
	return withOnly(c, keys)
}

// numbers are the client and the ordinal of an operation.
func (o *invoked) numbers() (client, ordinal int) {
	_, n, _ := strings.Cut(o.key, "#")
	ordinal, _ = strconv.Atoi(n)
	return int(-o.who), ordinal
}

func operationKey(client, ordinal int) string {
	return sim.ClientID(client).String() + "#" + strconv.Itoa(ordinal)
}

// alike finds an operation of a client that asks for the same as another, but for its value, with an ordinal as near as can be to one that
// is wanted, and less far away than most.
func (r *reduction) alike(c *sim.Case, as invoked, client, wanted, most int) (string, bool) {
	for away := range most {
		for _, ordinal := range []int{wanted - away, wanted + away} {
			if ordinal < 0 {
				continue
			}
			if op, ok := r.operation(c, client, ordinal); ok && op.F == as.f && op.Key == as.object {
				return operationKey(client, ordinal), true
			}
		}
	}
	return "", false
}

// operation is what a client would be asked to do at an ordinal: workloads decide it from nothing but the turn. It is false if a workload
// can't say so outside of a run.
func (r *reduction) operation(c *sim.Case, client, ordinal int) (op sim.Op, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	for i := range r.system.Workloads {
		if w := &r.system.Workloads[i]; w.Name == c.Workload.Name {
			return w.Next(&sim.Turn{Client: client, Ordinal: ordinal, Clients: c.Clients, Keys: c.Workload.Keys, Mix: c.Workload.Mix, Seed: c.Seed}), true
		}
	}
	return op, false
}

// interval is the time between two operations of a client; 0: none.
func interval(c *sim.Case) time.Duration {
	if c.Workload.Rate <= 0 {
		return 0
	}
	return time.Second / time.Duration(c.Workload.Rate)
}

// shifted lists the operations of the best that a run has in which all from a time on comes earlier by so much: those before the stretch
// that is taken out, and for each of those after it one that is alike.
func (r *reduction) shifted(c *sim.Case, from sim.Time, by time.Duration) []string {
	step := interval(c)
	var keys []string
	for _, o := range r.best.operations {
		key := o.key
		if begin := from - sim.Time(by); o.at < from && o.at >= begin && begin >= 0 {
			continue
		}
		if o.at >= from && step > 0 {
			client, ordinal := o.numbers()
			var ok bool
			if key, ok = r.alike(c, o, client, max(0, ordinal-int((by+step/2)/step)), 10); !ok {
				key = o.key
			}
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// plainWorkload takes away what the case says of the workload and the options: the mix of operations, the number of keys, options, each
// set to its default.
func (r *reduction) plainWorkload() bool {
	return r.first(func(yield func(sim.Case) bool) {
		c := r.best.c
		for _, f := range r.mixInUse() {
			d := c
			d.Workload.Mix = slices.Clone(c.Workload.Mix)
			for i := range d.Workload.Mix {
				if d.Workload.Mix[i].F == f.F {
					d.Workload.Mix[i].Weight = 0
				}
			}
			if f.Weight > 0 && !yield(d) {
				return
			}
		}
		for _, name := range sortedNames(c.Options) {
			d := c
			d.Options = map[sim.OptionName]string{}
			for other, value := range c.Options {
				if other != name {
					d.Options[other] = value
				}
			}
			if !yield(d) {
				return
			}
		}
	})
}

// mixInUse is the mix of operations, if any is invoked.
func (r *reduction) mixInUse() []sim.Weight {
	if len(r.best.operations) == 0 {
		return nil
	}
	return r.best.c.Workload.Mix
}

// faster lets the same operations come sooner one after the other, with the plan at its pace or with times as they are.
func (r *reduction) faster() bool {
	return r.first(func(yield func(sim.Case) bool) {
		if len(r.best.operations) == 0 || interval(&r.best.c) == 0 {
			return
		}
		for _, times := range []int{10, 5, 2} {
			c := r.best.c
			if c.Workload.Rate *= times; c.Workload.Rate > mostRate {
				continue
			}
			c = withOnly(c, keysOf(r.best.operations))
			if !yield(quickened(c, time.Duration(times))) || !yield(c) {
				return
			}
		}
	})
}

// mostRate is how many operations a client is made to invoke in a second at most.
const mostRate = 1000

// quickened is a case whose plan takes so many times less time.
func quickened(c sim.Case, times time.Duration) sim.Case {
	c.Faults = slices.Clone(c.Faults)
	for i := range c.Faults {
		c.Faults[i].At /= times
	}
	c.Duration = sim.Duration(roundUp(time.Duration(c.Duration)/times, time.Millisecond))
	return c
}
