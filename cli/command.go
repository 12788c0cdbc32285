package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// again returns the command line that was given, as it can be typed again, but
// for the flags that are left out.
func (a *app) again(cmd *cobra.Command, leaveOut ...string) string {
	return a.program + " " + cmd.Name() + flagsOf(cmd, leaveOut...)
}

// flagsOf returns the flags that were given, each after a space, but for those that are left out.
func flagsOf(cmd *cobra.Command, leaveOut ...string) string {
	words := []string{""}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, name := range leaveOut {
			if f.Name == name {
				return
			}
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name, quote(v))
			}
		} else if f.Value.Type() == "bool" {
			words = append(words, "--"+f.Name+"="+f.Value.String())
		} else {
			words = append(words, "--"+f.Name, quote(f.Value.String()))
		}
	})
	return strings.Join(words, " ")
}
