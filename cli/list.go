package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/specs"
	"simrun/check/txn"
	"simrun/history"
	"simrun/models"
	"simrun/models/maelstrom"
	"simrun/sim/nemesis"
)

// item is one line of a list. A bug has all of the members, most things only the first two.
type item struct {
	Name     string   `json:"name"`
	Summary  string   `json:"summary"`
	ID       string   `json:"id,omitempty"`
	Model    string   `json:"model,omitempty"`
	Oracles  []string `json:"oracles,omitempty"`
	Tier     string   `json:"tier,omitempty"`
	Source   string   `json:"source,omitempty"`
	Workload string   `json:"workload,omitempty"` // that shows the bug; the default one if it is left out
	Scenario string   `json:"scenario,omitempty"` // a plan of faults that leads to the bug
	Values   []string `json:"values,omitempty"`   // of an option; the first is its default
	Writes   bool     `json:"writes,omitempty"`   // a format that check --convert writes

	// Of a model.
	Guarantee string   `json:"guarantee,omitempty"`
	Survives  []string `json:"survives,omitempty"` // the faults that it claims to survive
	Workloads []string `json:"workloads,omitempty"`
	Options   []string `json:"options,omitempty"` // of a bug: those that it is seen with
	Bugs      []string `json:"bugs,omitempty"`
}

// catalogue is what can be listed, in the order in which it is.
var catalogue = []struct {
	what  string
	items func(modelList) []item
}{
	{"models", listModels},
	{"workloads", listWorkloads},
	{"options", listOptions},
	{"bugs", listBugs},
	{"sites", listSites},
	{"nemeses", listNemeses},
	{"specs", listSpecs},
	{"levels", listLevels},
	{"engines", listEngines},
	{"formats", listFormats},
}

func newList(a *app) *cobra.Command {
	var format string
	var names []string
	for _, c := range catalogue {
		names = append(names, c.what)
	}
	cmd := &cobra.Command{
		Use:       "list [WHAT]",
		Short:     "list " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1],
		Example:   "  simrun list bugs\n  simrun list nemeses --format json",
		ValidArgs: names,
		Args:      atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, []string{"text", "json"}); err != nil {
				return err
			}
			if len(args) == 1 {
				if err := oneOf("list", args[0], names); err != nil {
					return err
				}
			}
			if len(args) == 0 {
				return a.listAll(format)
			}
			for _, c := range catalogue {
				switch {
				case c.what != args[0]:
				case format == "json":
					return encodeJSON(a.stdout, c.items(a.describable()))
				case c.what == "models":
					a.describeModels(c.items(a.describable()))
				default:
					a.listText("", c.items(a.describable()))
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`NAME` of the format: text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// describable is the models of this binary, and that of people's own programs.
func (a *app) describable() modelList { return append(slices.Clone(a.models), maelstrom.Model(nil)) }

// listAll lists everything, under headings.
func (a *app) listAll(format string) error {
	if format == "json" {
		all := map[string][]item{}
		for _, c := range catalogue {
			all[c.what] = c.items(a.describable())
		}
		return encodeJSON(a.stdout, all)
	}
	for i, c := range catalogue {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintln(a.stdout, c.what)
		a.listText("  ", c.items(a.describable()))
	}
	return nil
}

func (a *app) listText(indent string, items []item) {
	tiers := slices.ContainsFunc(items, func(i item) bool { return i.Tier != "" })
	several := slices.ContainsFunc(items, func(i item) bool { return i.Model != "" && i.Model != items[0].Model })
	var rows [][]string
	for _, i := range items {
		row := []string{i.Name}
		if tiers {
			row = append(row, cmp.Or(i.ID, "-"), i.Tier)
		}
		if several {
			row = append(row, i.Model)
		}
		summary := i.Summary
		if len(i.Values) > 0 {
			summary += " (" + strings.Join(i.Values, " or ") + ")"
		}
		rows = append(rows, append(row, summary))
	}
	printTable(a.stdout, indent, rows)
}

// describeModels prints what models say of themselves.
func (a *app) describeModels(list []item) {
	for i, m := range list {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "%s: %s\n", m.Name, m.Summary)
		for _, part := range []struct {
			title string
			of    []string
		}{{"promises", []string{m.Guarantee}}, {"survives", m.Survives}, {"workloads", m.Workloads}, {"options", m.Options}, {"bugs", m.Bugs}} {
			for _, line := range wrapped(cmp.Or(joinStrings(part.of), "none"), modelColumns) {
				fmt.Fprintf(a.stdout, "  %-9s  %s\n", part.title, line)
				part.title = ""
			}
		}
	}
}

// modelColumns is the length of the lines that describe a model.
const modelColumns = 110

// wrapped breaks a text between words into lines of at most so many letters, where it can.
func wrapped(text string, columns int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > columns {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

func listModels(known modelList) []item {
	var list []item
	for _, m := range known {
		i := item{Name: m.Name, Summary: m.Summary, Guarantee: m.Guarantee, Survives: m.Profile.Claims.Survives()}
		for _, w := range m.Workloads {
			i.Workloads = append(i.Workloads, w.Name)
		}
		for _, o := range m.Options {
			i.Options = append(i.Options, string(o.Name)+"="+strings.Join(o.Values, "|"))
		}
		for _, b := range m.Bugs {
			i.Bugs = append(i.Bugs, string(b.Name))
		}
		list = append(list, i)
	}
	return list
}

// listSites lists the places in the code of models that --buggify lets fire.
func listSites(known modelList) []item {
	var list []item
	for _, m := range known {
		for _, s := range m.Sites {
			list = append(list, item{Name: string(s.Name), Summary: s.Summary, Model: m.Name})
		}
	}
	return list
}

func listWorkloads(known modelList) []item {
	var list []item
	for _, m := range known {
		for _, w := range m.Workloads {
			list = append(list, item{Name: w.Name, Summary: w.Summary, Model: m.Name})
		}
	}
	return list
}

func listOptions(known modelList) []item {
	var list []item
	for _, m := range known {
		for _, o := range m.Options {
			list = append(list, item{Name: string(o.Name), Summary: o.Summary, Model: m.Name, Values: o.Values})
		}
	}
	return list
}

func listBugs(known modelList) []item {
	var list []item
	for _, m := range known {
		for _, b := range m.Bugs {
			list = append(list, bugItem(m.Name, b))
		}
	}
	slices.SortStableFunc(list, func(a, b item) int { // those without a number in the bench come last
		if (a.ID == "") != (b.ID == "") {
			return strings.Compare(b.ID, a.ID)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

func bugItem(model string, b models.Bug) item {
	var options []string
	for _, name := range slices.Sorted(maps.Keys(b.Options)) {
		options = append(options, string(name)+"="+b.Options[name])
	}
	return item{Name: string(b.Name), Summary: b.Summary, ID: b.ID, Model: model, Oracles: b.Oracles, Tier: b.Tier.String(), Source: b.Source, Workload: b.Workload, Options: options, Scenario: b.Scenario}
}

func listNemeses(modelList) []item {
	var list []item
	for name, summary := range nemesis.All() {
		list = append(list, item{Name: name, Summary: summary})
	}
	return list
}

func listSpecs(modelList) []item {
	var list []item
	for _, s := range specs.All {
		list = append(list, item{Name: s.Name(), Summary: s.Summary()})
	}
	for _, c := range accounts.All {
		list = append(list, item{Name: c.Name, Summary: "check only: " + c.Summary})
	}
	return list
}

func listLevels(modelList) []item {
	var list []item
	for _, l := range txn.Levels() {
		list = append(list, item{Name: l.String(), Summary: l.Summary(), Source: l.Source()})
	}
	return list
}

func listEngines(modelList) []item {
	var list []item
	for _, e := range check.Engines() {
		list = append(list, item{Name: e.Name, Summary: e.Summary})
	}
	return list
}

func listFormats(modelList) []item {
	var list []item
	for _, f := range history.Formats() {
		list = append(list, item{Name: string(f.Format), Summary: f.Summary, Writes: f.Writes})
	}
	return list
}
