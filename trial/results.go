package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/history"
	"simrun/sim"
)

// Version is simrun's own, which results.json carries.
const Version = "0.1.0"

// Results is what results.json says of a run, or of a recorded history. It holds nothing of the wall
// clock: equal cases give equal bytes.
type Results struct {
	Outcome   check.Outcome              `json:"valid"`
	Summary   string                     `json:"summary,omitempty"` // the verdict in one sentence
	Seed      *sim.Seed                  `json:"seed,omitempty"`    // nil if the history was recorded elsewhere
	Model     string                     `json:"model,omitempty"`
	Workload  string                     `json:"workload,omitempty"`
	File      string                     `json:"file,omitempty"`      // that was checked, if it was not simulated
	With      []string                   `json:"with,omitempty"`      // flags of simrun check that say how it was read
	Untimed   bool                       `json:"untimed,omitempty"`   // the file has no times: they are positions
	Names     map[history.Process]string `json:"processes,omitempty"` // of its processes that are not known by a number
	Refused   string                     `json:"refused,omitempty"`   // why it can't be read; then there is no verdict
	Notes     []string                   `json:"notes,omitempty"`     // what was noticed when it was read
	Spec      string                     `json:"spec,omitempty"`
	Digest    string                     `json:"digest,omitempty"`
	Checks    []Check                    `json:"checks"`
	Figures   []accounts.Figure          `json:"figures,omitempty"`   // behind the verdict, of a question of check/accounts
	Isolation *Isolation                 `json:"isolation,omitempty"` // of a history of transactions: which levels it satisfies
	Also      json.RawMessage            `json:"also,omitempty"`      // answers to further questions, which are not part of the verdict
	Beyond    []string                   `json:"beyond,omitempty"`    // faults beyond what the model claims to survive
	Epoch     string                     `json:"epoch,omitempty"`     // what the model calls the epochs of its nodes' states
	Weaker    []string                   `json:"weaker,omitempty"`    // options with which the model does not keep its guarantee
	Exercise  *Exercise                  `json:"exercise,omitempty"`  // how much the run exercised; nil if it was not simulated
	Unfired   []string                   `json:"unfired,omitempty"`   // faults that changed nothing
	Little    string                     `json:"little,omitempty"`    // why a valid verdict means little
	Untraced  uint64                     `json:"untraced,omitempty"`  // records that the trace does not hold, since there were too many
	Sometimes []sim.Mark                 `json:"sometimes,omitempty"` // states worth reaching that were reached
	Sites     []sim.SiteUse              `json:"buggify,omitempty"`   // sites of the model's code that were on
	Ops       Ops                        `json:"operations"`
	Events    uint64                     `json:"events"`
	Simulated sim.Time                   `json:"simulated_ns"`
	Live      *Live                      `json:"live,omitempty"`   // the run was in real time; nil: it is the same each time
	Small     *Small                     `json:"shrunk,omitempty"` // how the case was made small; nil: it was not
	Case      json.RawMessage            `json:"case,omitempty"`
	Version   string                     `json:"version"`          // of simrun
	Folder    string                     `json:"folder,omitempty"` // that the run is stored in; only where results are printed
}

// Live is what results.json says of a run in real time.
type Live struct {
	Note string `json:"note"`   // one sentence: "real time, not deterministic: …"
	Lag  int64  `json:"lag_ns"` // how late an event was at most
	Kept bool   `json:"timing_kept"`
}

// Failed lists the checks that decide a result which is not valid, in order of the time at which they failed.
func (r *Results) Failed() []Check { return inTime(r.Checks, r.Outcome) }

// Results are what results.json says of a run. The error says that its case can't be written.
func (t *Run) Results() (Results, error) {
	text, err := sim.FormatCase(t.Case)
	if err != nil {
		return Results{}, err
	}
	r := Results{
		Outcome: t.Outcome, Summary: t.Summary, Seed: &t.Case.Seed, Model: t.Case.Model, Workload: t.Case.Workload.Name, Spec: t.Spec,
		Digest: t.Digest.String(), Checks: t.explained(), Figures: t.Figures, Isolation: t.Isolation, Beyond: t.Beyond, Weaker: t.Weaker, Epoch: t.Model.Epoch, Exercise: &t.Exercise, Sometimes: t.Sometimes, Sites: t.Sites, Ops: CountOps(t.History),
		Events: t.Events, Simulated: t.End, Small: t.Small, Case: bytes.TrimSpace(text), Version: Version,
	}
	if t.Trace != nil {
		r.Untraced = t.Trace.Before + t.Trace.After
	}
	if l := t.Result.Live; l != nil {
		r.Live = &Live{Note: l.String(), Lag: int64(l.Lag), Kept: l.Kept()}
	}
	for _, f := range t.Unfired {
		r.Unfired = append(r.Unfired, f.String())
	}
	if t.Outcome == check.Valid {
		r.Little = t.Exercise.Little()
	}
	return r, nil
}

// explained are the checks, with the faults behind each piece of evidence if there is a trace.
func (t *Run) explained() []Check {
	if t.Trace == nil || !slices.ContainsFunc(t.Checks, func(c Check) bool { return len(c.Evidence) > 0 }) {
		return t.Checks
	}
	behind := sim.NewBehind(t.Trace, t.Case.Nodes)
	list := slices.Clone(t.Checks)
	for i := range list {
		list[i].Evidence = slices.Clone(list[i].Evidence)
		for k := range list[i].Evidence {
			e := &list[i].Evidence[k]
			if e.Node != 0 { // else it is a fault itself
				e.After = behind.Of(e.Sighting)
			}
		}
	}
	return list
}

// HistoryResults are what results.json says of a verdict on a recorded history.
func HistoryResults(file string, read *history.Reading, v check.Verdict) Results {
	r := Results{
		Outcome: v.Outcome, Summary: v.Reason, File: file, Spec: v.Spec, Notes: read.Notes, Untimed: read.Untimed, Names: read.Names,
		Checks: []Check{VerdictCheck(Linearizability, v)}, Ops: CountOps(read.Events), Version: Version,
	}
	if v.Outcome == check.Valid {
		r.Summary = "linearizable as " + v.Spec
	}
	return r
}

// AccountResults are what results.json says of an account of a recorded history.
func AccountResults(file string, read *history.Reading, account accounts.Report) Results {
	r := HistoryResults(file, read, account.Verdict)
	r.Checks[0].Name, r.Figures = account.Spec, account.Figures
	if account.Outcome == check.Valid {
		r.Summary = "everything is accounted for, as " + account.Spec + " asks"
	}
	return r
}

// RefusedResults are what is said of a file that can't be read as a history.
func RefusedResults(file string, why error) Results {
	return Results{File: file, Refused: why.Error(), Summary: "refused: " + why.Error(), Checks: []Check{}, Version: Version}
}

// ParseResults reads results.json. The name is used in errors.
func ParseResults(name string, text []byte) (Results, error) {
	var r Results
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// Write writes r as JSON with a line for each member and each check, so that a
// person can read it and a diff shows what changed.
func (r *Results) Write(w io.Writer) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // the case says n1>n2
	if err := e.Encode(r); err != nil {
		return err
	}
	d := json.NewDecoder(&text)
	d.Token() // the opening brace of what was just made
	var b bytes.Buffer
	for separator := "{"; d.More(); separator = "," {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return err
		}
		if name == "checks" || name == "also" {
			member = onLines(member)
		}
		fmt.Fprintf(&b, "%s\n  %q: %s", separator, name, member)
	}
	b.WriteString("\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// onLines puts each element of a JSON array on a line of its own.
func onLines(array json.RawMessage) json.RawMessage {
	var elements []json.RawMessage
	if json.Unmarshal(array, &elements) != nil || len(elements) == 0 {
		return array
	}
	b := []byte("[")
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, "\n    "...), e...)
	}
	return append(b, "\n  ]"...)
}
