package main

import (
	"bytes"
	"fmt"
	"strings"

	"simrun/models/all"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

// page returns docs/faults.md.
func page() []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	nemeses(&b)
	b.WriteString(planText)
	kinds(&b)
	b.WriteString(targetText)
	b.WriteString("\n| event | what happened, and which node is `it` |\n|---|---|\n")
	for _, e := range fault.EngineEvents() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.Event, e.Summary)
	}
	b.WriteString(modelText)
	for _, m := range all.Models() {
		p := &m.Profile
		fmt.Fprintf(&b, "\n`%s` has the roles %s, and reports:\n\n| event | what happened |\n|---|---|\n", m.Name, strings.Join(p.Roles, ", "))
		for _, e := range p.Events {
			fmt.Fprintf(&b, "| `%s` | %s |\n", e.Event, e.Summary)
		}
	}
	b.WriteString(claimsText)
	fmt.Fprintf(&b, "\n## The grammar\n\nThe grammar is in the EBNF of the Go specification. Words are separated by spaces or tabs; the marks `, | > <>` need\nno spaces around them. `go test ./sim/fault` checks the parser against the grammar, sentence by sentence.\n\n```ebnf\n%s```\n", fault.Grammar())
	return b.Bytes()
}

// nemeses writes a section for each nemesis.
func nemeses(b *bytes.Buffer) {
	for _, f := range nemesis.Families() {
		fmt.Fprintf(b, "\n### %s\n\n%s.\n\n```\n%s\n```\n\n![a run under this plan](faults/%s.svg)\n", f.Name, sentence(f.Summary), strings.TrimSpace(f.Example), f.Name)
	}
	fmt.Fprintf(b, "\n### swarm\n\n%s", swarmText)
	fmt.Fprintf(b, "\n```\n%s\n```\n\n![a run under this plan](faults/swarm.svg)\n", swarmPlan(20))
}

// kinds writes a table of faults for each family.
func kinds(b *bytes.Buffer) {
	for _, family := range []struct {
		name  fault.Family
		title string
	}{
		{fault.Processes, "Processes"}, {fault.Networks, "Cuts of the network"}, {fault.Weather, "Quality of the network"},
		{fault.Clocks, "Clocks"}, {fault.Disks, "Disks"},
	} {
		fmt.Fprintf(b, "\n**%s**\n\n| fault | what happens | syntax |\n|---|---|---|\n", family.title)
		for _, k := range fault.Kinds() {
			if k.Family() == family.name {
				fmt.Fprintf(b, "| `%s` | %s | `%s` |\n", k, k.Summary(), strings.ReplaceAll(k.Usage(), "|", "\\|"))
			}
		}
	}
}

// sentence returns s with a capital letter at its start.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
