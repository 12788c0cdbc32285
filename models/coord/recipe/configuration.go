package recipe

import (
	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
)

const (
	configKey     = "configuration" // of the operations
	configDir     = "/configuration"
	configVersion = configDir + "/version"
)

// configNodes hold the values. They change in one transaction, with the version.
var configNodes = [...]string{configDir + "/host", configDir + "/port"}

// configuration is a client's copy of several nodes, which it reads at once, and again when a watch tells that they have changed (Hunt et al. §2.4, "Configuration
// Management"). It watches for changes after the revision that it has read, so that none is lost in between.
type configuration struct {
	known    bool   // the client has a copy
	revision uint64 // that it is of
	version  int64
	values   []history.Value
}

// configurations is the workload of configuration management.
func configurations() models.Workload {
	return models.Workload{
		Name:    "configuration",
		Account: accounts.Configuration,
		Summary: "values that are written in one transaction with a version, and read from copies that watches keep up to date",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "update", Weight: 1}, {F: "read", Weight: 2}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: configKey}
			if o.F == "update" {
				n := t.Unique()
				o.Value = history.Ints(10*n, 10*n+1)
			}
			return o
		},
		Final: func(*sim.Turn) sim.Op { return sim.Op{F: "final", Key: configKey} },
	}
}

// do does an operation of the workload configuration.
func (f *configuration) do(cl *client, o sim.Op) {
	var err error
	switch o.F {
	case "update":
		f.update(cl, o)
		return
	case "read":
		err = f.refresh(cl)
	default:
		for end := cl.c.Now() + sim.Time(longPause); err == nil && cl.c.Now() < end; {
			err = f.refresh(cl)
		}
	}
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.c.OK(history.List(history.Int(f.version), history.List(f.values...)))
}

// refresh waits for a change for a short time, and reads the configuration again if there was one, or if the client has none.
func (f *configuration) refresh(cl *client) error {
	cl.Read() // a heartbeat, whose answer tells how far the service is (Hunt et al. §4.4); that there may be none does no harm
	after := f.revision
	if cl.c.Bug(BugWatchFromLatest) {
		after = cl.Seen()
	}
	if f.known && !cl.Await(configVersion, after) {
		return nil
	}
	items, revision, err := f.fetch(cl)
	if err != nil {
		return err
	}
	*f = configuration{known: true, revision: revision}
	for _, path := range configNodes {
		for _, i := range items {
			if i.Path == path {
				f.values = append(f.values, history.Int(i.Value))
			}
		}
	}
	for _, i := range items {
		if i.Path == configVersion {
			f.version = int64(i.Version)
		}
	}
	return nil
}

// fetch reads all nodes, in one request to some server, whose state is not older than what the client has seen.
func (f *configuration) fetch(cl *client) (items []api.Item, revision uint64, err error) {
	if !cl.c.Bug(BugNodeByNode) {
		a, err := cl.ReadLocal(api.List(configDir))
		return a.Items, a.Revision, err
	}
	for _, path := range append(configNodes[:], configVersion) {
		a, err := cl.Read(api.Get(path))
		if err != nil {
			return nil, 0, err
		}
		items, revision = append(items, a.Items...), a.Revision
	}
	return items, revision, nil
}

// update writes a configuration, if no other was written since the client has read the version.
func (f *configuration) update(cl *client, o sim.Op) {
	a, err := cl.Read(api.Get(configVersion))
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	unchanged := api.Absent(configVersion)
	if len(a.Items) > 0 {
		unchanged = api.Version(configVersion, a.Items[0].Version)
	}
	ops := []api.Op{unchanged}
	values, _ := o.Value.AsList()
	for i, v := range values {
		n, _ := v.AsInt()
		ops = append(ops, api.Put(configNodes[i], n))
	}
	a, uncertain, err := cl.Commit(append(ops, api.Put(configVersion, 0))...)
	switch {
	case err == nil && a.Otherwise:
		cl.c.FailWith(history.String("somebody else was first"))
	case err == nil:
		f.known = false // the copy is old
		cl.c.OK(history.Int(int64(a.Items[len(a.Items)-1].Version)))
	case uncertain:
		cl.c.Info(err.Error())
	default:
		cl.c.Fail(err.Error())
	}
}
