package recipe

import (
	"errors"
	"fmt"
	"strings"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	servicePrefix = "service" // of the keys of the workload
	serviceDir    = "/services/"
)

var restartName = rng.Of("restart")

// instanceOfService is what a client knows of its own registration with a service. It is a node that goes with the client's session, under a name that the
// client chooses when it starts (Hunt et al. §2.4, "Group Membership").
type instanceOfService struct {
	starts uint64 // of the client
	turns  uint64
	name   string // since the last start
	token  uint64 // the revision at which the client registered; 0: it is not registered
}

// discovery is the workload of service discovery: clients register as instances of a service, look up all of them, and are started anew now and then, under the same
// name or another.
func discovery() models.Workload {
	return models.Workload{
		Name:    "discovery",
		Account: accounts.Discovery,
		Summary: "instances that register with ephemeral nodes, and look each other up; they are started anew, or pause for longer than their session lives",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "register", Weight: 3}, {F: "lookup", Weight: 4}, {F: "deregister", Weight: 1}},
		Next:    func(t *sim.Turn) sim.Op { return sim.Op{F: t.Pick(), Key: serviceKey(t.Client)} },
		Final:   func(t *sim.Turn) sim.Op { return sim.Op{F: "final", Key: serviceKey(t.Client)} },
	}
}

func serviceKey(client int) string { return fmt.Sprintf("%s%d", servicePrefix, client) }

// do does an operation of the workload discovery. The instance of the client has the name of its key, and how often it has started.
func (s *instanceOfService) do(cl *client, o sim.Op) {
	s.turns++
	switch o.F {
	case "register":
		s.restart(cl, o.Key)
		cl.pause()
		uncertain, err := s.register(cl)
		s.ended(cl, history.List(history.String(s.name), history.Int(int64(s.token))), uncertain, err)
	case "deregister":
		uncertain, err := s.deregister(cl)
		s.ended(cl, history.Null, uncertain, err)
	case "lookup":
		all, err := cl.Read(api.List(strings.TrimSuffix(serviceDir, "/")))
		s.ended(cl, instances(all.Items), false, err)
	default:
		cl.c.OK(s.final(cl, o.Key))
	}
}

func (s *instanceOfService) ended(cl *client, result history.Value, uncertain bool, err error) {
	switch {
	case err == nil:
		cl.c.OK(result)
	case errors.Is(err, errNotRegistered):
		cl.c.FailWith(history.String(err.Error()))
	case uncertain:
		cl.c.Info(err.Error())
	default:
		cl.c.Fail(err.Error())
	}
}

// path is the node of the registration.
func (s *instanceOfService) path() string { return serviceDir + s.name }

// restart starts the client anew, at first and now and then: it forgets its session, and whether it is registered.
func (s *instanceOfService) restart(cl *client, key string) {
	draw := cl.c.Rand(restartName, s.turns)
	if s.starts > 0 && draw.N(8) != 0 {
		return
	}
	if s.starts == 0 || draw.Next().N(2) == 0 {
		s.starts++
		s.name = fmt.Sprintf("%s-%d", key, s.starts)
	}
	s.token = 0
	cl.Abandon()
}

// register makes sure that the client is registered.
func (s *instanceOfService) register(cl *client) (uncertain bool, err error) {
	if s.token != 0 {
		if there, err := s.registered(cl); there || err != nil {
			return false, err
		}
	}
	s.token = 0
	for {
		a, err := cl.Read(api.Get(s.path()))
		if err != nil {
			return false, err
		}
		a, uncertain, err = cl.Commit(s.replace(cl, a.Items)...)
		switch {
		case err != nil:
			return uncertain, err
		case !a.Otherwise && a.Refused == api.NotRefused:
			s.token = a.Items[len(a.Items)-1].Created
			return false, nil
		}
	}
}

// replace is a transaction that registers the client in place of what was found under its name: a node there belongs to a session that the client has given up, and
// would vanish with it.
func (s *instanceOfService) replace(cl *client, found []api.Item) []api.Op {
	create := api.Ephemeral(s.path())
	switch {
	case len(found) == 0:
		if cl.c.Bug(BugRegisteredForGood) {
			create.Number = 0
		}
		return []api.Op{api.Absent(s.path()), create}
	case cl.c.Bug(BugExistsIsRegistered):
		return []api.Op{api.CreatedAt(s.path(), found[0].Created), api.Put(s.path(), found[0].Value+1)}
	}
	return []api.Op{api.CreatedAt(s.path(), found[0].Created), api.Remove(s.path()), create}
}

// registered tells the service that the client lives, and returns whether it is still registered. If its session has ended, it is not.
func (s *instanceOfService) registered(cl *client) (bool, error) {
	a, err := cl.Read(api.Touch(), api.Get(s.path()))
	switch {
	case err != nil:
		return false, err
	case a.Refused == api.NotRefused && cl.c.Bug(BugExistsIsRegistered):
		return true, nil
	case a.Refused == api.NotRefused:
		return len(a.Items) > 0 && a.Items[0].Created == s.token, nil
	}
	cl.Abandon()
	if cl.c.Bug(BugNotRegisteredAgain) {
		_, _, err := cl.Commit() // a new session is all that it needs
		return err == nil, err
	}
	return false, nil
}

var errNotRegistered = errors.New("the client knows of no registration")

// deregister makes sure that the client is not registered.
func (s *instanceOfService) deregister(cl *client) (uncertain bool, err error) {
	if s.name == "" {
		return false, errNotRegistered
	}
	a, uncertain, err := cl.Commit(api.CreatedAt(s.path(), s.token), api.Remove(s.path()))
	if err != nil {
		if uncertain {
			s.token = 0 // the client does not know whether it is registered, and acts as if it were not
		}
		return uncertain, err
	}
	if a.Otherwise && s.token == 0 {
		return false, errNotRegistered
	}
	s.token = 0
	return false, nil
}

// instances are the registrations that a lookup found.
func instances(items []api.Item) history.Value {
	all := make(map[string]history.Value)
	for _, i := range items {
		all[strings.TrimPrefix(i.Path, serviceDir)] = history.Int(int64(i.Created))
	}
	return history.Object(all)
}

// final looks up the service when the client is registered, and the sessions that it had before must have ended.
func (s *instanceOfService) final(cl *client, key string) history.Value {
	if s.name == "" {
		s.restart(cl, key)
	}
	for until := cl.c.Now() + sim.Time(longPause); ; cl.c.Sleep(api.Tick) {
		if _, err := s.register(cl); err != nil || cl.c.Now() < until {
			continue
		}
		a, err := cl.Read(api.Touch(), api.List(strings.TrimSuffix(serviceDir, "/")))
		if err == nil && a.Refused == api.NotRefused {
			return history.List(history.String(s.name), instances(a.Items))
		}
	}
}
