// Package store is a register on one server, as small as a model can be.
package store

import (
	"time"

	"simrun/history"
	"simrun/models"
	"simrun/models/workload"
	"simrun/sim"
)

// Model is the register as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "store",
		Summary:   "a register on one server",
		Guarantee: "linearizable, whenever the server crashes",
		Nodes:     1,
		Boot:      boot,
		Client:    client,
		Workloads: []models.Workload{workload.Register()},
		Bugs:      []models.Bug{{Name: "no-sync", Summary: "a write is acknowledged before it is durable"}},
		Profile:   models.Profile{Roles: []string{"server"}},
	}
}

type server struct {
	env   *sim.Env
	value string
}

// boot starts the server, with what its disk holds.
func boot(env *sim.Env) sim.Node {
	data, err := env.Read("value")
	if err != nil || data == nil {
		return &server{env, "null"}
	}
	return &server{env, string(data)}
}

func (s *server) Receive(sim.NodeID, []byte) {}

// Request answers a client: no payload is a read, any other is the value to write.
func (s *server) Request(from sim.Caller, payload []byte) {
	if len(payload) == 0 {
		s.env.Reply(from, []byte(s.value))
		return
	}
	value := string(payload)
	saved := func(err error) {
		if err == nil {
			s.value = value
			s.env.Reply(from, nil)
		}
	}
	if s.env.Bug("no-sync") {
		saved(s.env.WriteAt("value", 0, payload))
		return
	}
	s.env.SaveFile("value", payload, saved)
}

func (s *server) Describe() sim.State {
	return sim.State{Role: "server", Detail: []sim.Field{{Name: "value", Value: s.value}}}
}

// client asks the server for one operation after the other.
func client(c *sim.Client) {
	for op, more := c.Next(); more; op, more = c.Next() {
		var payload []byte
		if op.F == "write" {
			payload = []byte(op.Value.String())
		}
		reply, err := c.Call(1, payload, time.Second)
		value, _ := history.ParseValue(string(reply))
		switch {
		case err != nil:
			c.Info(err.Error())
		case op.F == "write":
			c.OK(op.Value)
		default:
			c.OK(value)
		}
	}
}
