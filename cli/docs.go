package cli

import (
	"errors"
	"fmt"
	"os"
	"time"

	"simrun/trial"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newDocs(*app) *cobra.Command {
	var man, markdown string
	cmd := &cobra.Command{
		Use:     "docs",
		Short:   "write the manual pages, or the reference as Markdown",
		Example: "  simrun docs --man ./man\n  simrun docs --markdown ./reference",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if man == "" && markdown == "" {
				return errors.New("where to? Say --man FOLDER or --markdown FOLDER")
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // no date: equal sources give equal pages
			write := func(dir string, tree func(string) error) error {
				if dir == "" {
					return nil
				}
				if err := os.MkdirAll(dir, 0o777); err != nil {
					return err
				}
				return tree(dir)
			}
			epoch := time.Unix(0, 0).UTC()
			header := &doc.GenManHeader{Title: "SIMRUN", Section: "1", Source: "simrun " + trial.Version, Manual: "simrun", Date: &epoch}
			if err := write(man, func(dir string) error { return doc.GenManTree(root, header, dir) }); err != nil {
				return fmt.Errorf("--man: %w", err)
			}
			if err := write(markdown, func(dir string) error { return doc.GenMarkdownTree(root, dir) }); err != nil {
				return fmt.Errorf("--markdown: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&man, "man", "", "`FOLDER` for the manual pages")
	cmd.Flags().StringVar(&markdown, "markdown", "", "`FOLDER` for the reference")
	return cmd
}
