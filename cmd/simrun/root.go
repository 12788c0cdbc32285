package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
  simrun check history.edn --spec cas-register   a history that was recorded elsewhere`,
		Version:       version,
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
			return unknownName("command", args[0], names)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("simrun {{.Version}}\n")
	root.SuggestionsMinimumDistance = 0
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "print without colours (also if NO_COLOR is set, or the output is no terminal)")
	root.AddCommand(newRun(a), newSweep(a), newReplay(a), newCheck(a), newShow(a), newList(a), newDocs(a))
	root.SetFlagErrorFunc(flagError)
	return root
}

// flagError names the nearest flag where one was misspelt.
func flagError(cmd *cobra.Command, err error) error {
	var wrong *pflag.NotExistError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	var names []string
	visit := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(visit)
	if near := nearest(wrong.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%s has no flag --%s; did you mean --%s? See %s --help", cmd.CommandPath(), wrong.GetSpecifiedName(), near, cmd.CommandPath())
	}
	return fmt.Errorf("%s has no flag --%s; see %s --help", cmd.CommandPath(), wrong.GetSpecifiedName(), cmd.CommandPath())
}

// noArgs refuses arguments, with the word that was not expected.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}
