package sim_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

// quirky is a server that asks two sites every 10 ms, and reports when they fire.
type quirky struct{ env *sim.Env }

type quirk string

func (q quirk) String() string { return string(q) }

func (q *quirky) Receive(sim.NodeID, []byte)        {}
func (q *quirky) Request(from sim.Caller, p []byte) { q.env.Reply(from, p) }
func (q *quirky) again()                            { q.env.SetTimer(0, 10*time.Millisecond) }
func (q *quirky) Timer(t sim.TimerID) {
	if t != 0 {
		return
	}
	for _, site := range []sim.SiteName{"early", "small"} {
		if q.env.Buggify(site) {
			q.env.Report(quirk(site))
			q.env.SetTimer(1, time.Millisecond) // the digest sees it
		}
	}
	q.again()
}

// quirks collects what fired, with who and when.
type quirks struct{ list *[]string }

func (quirks) Name() string { return "quirks" }
func (q quirks) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	*q.list = append(*q.list, f.String()+" "+at.Node.String()+" "+at.Time.String())
	return nil
}

func quirkySystem(fired *[]string) sim.System {
	return sim.System{
		Name: "quirky", Sites: []sim.SiteName{"early", "small"},
		Boot:      func(env *sim.Env) sim.Node { q := &quirky{env}; q.again(); return q },
		Client:    func(*sim.Client) {},
		Workloads: []sim.WorkloadKind{{Name: "nothing", Next: func(*sim.Turn) sim.Op { return sim.Op{} }}},
		Monitors:  func(*sim.Case) []sim.Monitor { return []sim.Monitor{quirks{fired}} },
	}
}

func runQuirky(t *testing.T, c sim.Case) (*sim.Result, []string) {
	t.Helper()
	var fired []string
	c.Nodes, c.Duration, c.Recovery.Skip = 2, sim.Duration(4*time.Second), true
	r, err := sim.RunTraced(quirkySystem(&fired), c)
	if err != nil {
		t.Fatal(err)
	}
	return r, fired
}

// A named site fires in a quarter of its calls, others do not, and what says so agrees.
func TestBuggifyFires(t *testing.T) {
	r, fired := runQuirky(t, sim.Case{Seed: 3, Buggify: []sim.SiteName{"small"}})
	if len(r.Sites) != 1 || r.Sites[0].Site != "small" || int(r.Sites[0].Fired) != len(fired) {
		t.Fatalf("sites %+v, and %d fired", r.Sites, len(fired))
	}
	if u := r.Sites[0]; u.Calls < 790 || u.Fired < u.Calls/5 || u.Fired > u.Calls/3 {
		t.Errorf("fired %d of %d times, want a quarter of 800", u.Fired, u.Calls)
	}
	notes := 0
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Note && rec.Text == "buggify small" && strings.HasPrefix(rec.Key, "small n") {
			notes++
		}
	}
	if notes != len(fired) {
		t.Errorf("the trace has %d of %d", notes, len(fired))
	}
}

// A case that asks for no site is the run that it was, whatever the system lists.
func TestBuggifyIsOff(t *testing.T) {
	r, fired := runQuirky(t, sim.Case{Seed: 3})
	if len(fired) > 0 || r.Sites != nil {
		t.Errorf("fired %v, sites %v", fired, r.Sites)
	}
}

// With every site to choose from, each is on in about a quarter of the seeds.
func TestBuggifyIsOnInAQuarterOfRuns(t *testing.T) {
	on := map[sim.SiteName]int{}
	for seed := range sim.Seed(200) {
		var fired []string
		c := sim.Case{Seed: seed, Nodes: 1, Duration: sim.Duration(50 * time.Millisecond), Recovery: sim.Recovery{Skip: true}, Buggify: []sim.SiteName{sim.EverySite}}
		r, err := sim.Run(quirkySystem(&fired), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range r.Sites {
			on[u.Site]++
		}
	}
	if on["early"] < 30 || on["early"] > 70 || on["small"] < 30 || on["small"] > 70 {
		t.Errorf("on in %v of 200 runs, want 50", on)
	}
}

// Each firing has a name: an override takes it away, and gives it without the site; nothing else moves.
func TestBuggifyOverrides(t *testing.T) {
	r, all := runQuirky(t, sim.Case{Seed: 3, Buggify: []sim.SiteName{"early", "small"}})
	var keys []string
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Note {
			keys = append(keys, rec.Key)
		}
	}
	_, less := runQuirky(t, sim.Case{Seed: 3, Buggify: []sim.SiteName{"early", "small"}, Overrides: []sim.Override{{Key: "buggify " + keys[4]}}})
	if want := slices.Delete(slices.Clone(all), 4, 5); !reflect.DeepEqual(less, want) {
		t.Errorf("without %s the sites fired as %v", keys[4], less)
	}
	if _, one := runQuirky(t, sim.Case{Seed: 3, Overrides: []sim.Override{{Key: "buggify " + keys[4], Value: 1}}}); !reflect.DeepEqual(one, all[4:5]) {
		t.Errorf("with %s alone %v fired, want %s", keys[4], one, all[4])
	}
}

func TestBuggifyRefusesUnknownSites(t *testing.T) {
	for _, c := range []struct {
		of   sim.Case
		want string
	}{
		{sim.Case{Buggify: []sim.SiteName{"smal"}}, `did you mean "small"?`},
		{sim.Case{Buggify: []sim.SiteName{"any", "small"}}, "or any alone"},
		{sim.Case{Overrides: []sim.Override{{Key: "buggify erly n1 10ms#0", Value: 1}}}, `did you mean "early"?`},
		{sim.Case{Overrides: []sim.Override{{Key: "buggify early n1>n2 10ms#0", Value: 1}}}, "expected a decision"},
	} {
		var fired []string
		if _, err := sim.Run(quirkySystem(&fired), c.of); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.of, err, c.want)
		}
	}
}
