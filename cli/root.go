package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simrun/history/nearest"
	"simrun/trial"
)

// newRoot builds the tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "simrun",
		Short: "find the bugs of replicated systems before production does",
		Long: `simrun runs a whole cluster (nodes, network, disks, clocks, clients) inside one
thread of virtual time, from one seed; records what the clients saw; proves or
refutes that it was linearizable; and stores the run with a report to open in a
browser. The same seed gives the same run, always.`,
		Example: `  simrun run                                 Raft on a faulty network, a fresh seed
  simrun run --bug stale-local-read          a known bug, and what it does to clients
  simrun sweep --seeds 1-1000                many seeds on all cores
  simrun search --runs 2000                  a search that learns from what runs reach
  simrun check history.edn --spec register   a history that was recorded elsewhere`,
		Version:       trial.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, c := range cmd.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, c.Name())
				}
			}
			return nearest.Unknown("command", args[0], names)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("simrun {{.Version}}\n")
	root.SuggestionsMinimumDistance = 0
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "print without colours (also if NO_COLOR is set, or the output is not a terminal)")
	root.AddCommand(newRun(a), newSweep(a), newSearch(a), newReplay(a), newShrink(a), newBisect(a), newCorpus(a), newExplore(a), newCheck(a), newShow(a), newList(a), newBench(a), newDocs(a))
	root.SetFlagErrorFunc(flagError)
	a.adapt(root)
	return root
}

// adapt makes the help of this program speak of itself: it may have another name, and other models and bugs, than simrun.
func (a *app) adapt(root *cobra.Command) {
	words := []string{}
	if a.name != "simrun" {
		root.Use = a.name
		words = append(words, "  simrun ", "  "+a.name+" ", "see simrun list", "see "+a.name+" list", "of simrun list", "of "+a.name+" list")
	}
	first := a.models.first()
	if first != "raft" {
		words = append(words, "Raft on a faulty network", first+" on a faulty network")
		bug := "NAME"
		if names := a.models.bugs(first); len(names) > 0 {
			bug = names[0]
		}
		for _, name := range []string{"stale-local-read", "vote-not-persisted", "B02", "B13"} {
			words = append(words, name, bug)
		}
	}
	replace := strings.NewReplacer(words...)
	for _, cmd := range append(root.Commands(), root) {
		cmd.Example, cmd.Long = replace.Replace(cmd.Example), replace.Replace(cmd.Long)
		cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = replace.Replace(f.Usage) })
	}
}

// flagError says what is wrong with a flag, and names the nearest where one was misspelt.
func flagError(cmd *cobra.Command, err error) error {
	help := "see " + cmd.CommandPath() + " --help"
	var wrong *pflag.InvalidValueError
	if errors.As(err, &wrong) {
		return fmt.Errorf("--%s %q: expected %s; %s", wrong.GetFlag().Name, wrong.GetValue(), expectation(wrong.GetFlag().Value.Type()), help)
	}
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return fmt.Errorf("%w; %s", err, help)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	hint := ""
	if near := nearest.To(missing.GetSpecifiedName(), names); near != "" {
		hint = "; did you mean --" + near + "?"
	}
	return fmt.Errorf("%s has no flag --%s%s; %s", cmd.CommandPath(), missing.GetSpecifiedName(), hint, help)
}

// expectation says what values a type of flag takes.
func expectation(flagType string) string {
	switch flagType {
	case "int", "int64":
		return "a whole number"
	case "bool":
		return "true or false"
	}
	return "a " + flagType
}

// noArgs refuses arguments, with the word that was not expected.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// atMostOne refuses a second argument.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s takes one argument at most, not %d; see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
	}
	return nil
}
