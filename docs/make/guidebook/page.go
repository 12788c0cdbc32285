package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A page has blocks fenced as sh with commands, one per line. Two kinds of remark
// generate the block below them:
//
//	<!-- says REGEXP -->        the lines of the output of the commands above that match, with … for lines left out in between
//	<!-- file NAME REGEXP -->   the matching lines of a file, likewise
var remark = regexp.MustCompile(`^<!-- (says|file) (.+) -->$`)

// moment matches the part of a folder's name that differs in each run.
var moment = regexp.MustCompile(`\d{8}T\d{6}\.\d{3}Z`)

// refresh returns a page with its generated blocks updated. run runs a command and
// returns its output, or false to leave the block of its output as it is; read returns the text of a file.
func refresh(page string, run func(command string) (said string, ran bool), read func(name string) (string, error)) (string, error) {
	var out strings.Builder
	said, ran, awaited := "", true, []string(nil) // awaited: the remark that waits for its block
	fence, made := "", false
	for line := range strings.Lines(page) {
		text := strings.TrimSuffix(line, "\n")
		switch {
		case fence == "" && strings.HasPrefix(text, "```"):
			if fence = text; fence == "```sh" {
				said, ran = "", true
			}
			out.WriteString(line)
			if made = awaited != nil && (ran || awaited[0] == "file"); made {
				block, err := blockOf(awaited, said, read)
				if err != nil {
					return "", err
				}
				out.WriteString(block)
			}
			awaited = nil
			continue
		case text == "```":
			fence, made = "", false
		case fence == "```sh" && strings.HasPrefix(text, "simrun "):
			more, did := run(text)
			said, ran = said+more, ran && did
		case fence == "" && remark.MatchString(text):
			awaited = remark.FindStringSubmatch(text)[1:]
		case fence == "" && text != "" && awaited != nil:
			return "", fmt.Errorf("%q: a block must follow <!-- %s %s -->", text, awaited[0], awaited[1])
		}
		if !made {
			out.WriteString(line)
		}
	}
	switch {
	case fence != "":
		return "", fmt.Errorf("the last block, %s, has no end", fence)
	case awaited != nil:
		return "", fmt.Errorf("no block follows <!-- %s %s -->", awaited[0], awaited[1])
	}
	return out.String(), nil
}

// blockOf returns the block for a remark.
func blockOf(remark []string, said string, read func(string) (string, error)) (string, error) {
	text, fits := moment.ReplaceAllString(said, "…"), remark[1]
	if remark[0] == "file" {
		var name string
		var err error
		name, fits, _ = strings.Cut(remark[1], " ")
		if text, err = read(name); err != nil {
			return "", err
		}
	}
	return only(text, fits)
}

// only returns the lines of a text that match an expression, with … for lines left out
// in between.
func only(text, expression string) (string, error) {
	fits, err := regexp.Compile(expression)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	shown, gap := 0, false
	for line := range strings.Lines(text) {
		if !fits.MatchString(line) {
			gap = gap || strings.TrimSpace(line) != ""
			continue
		}
		if gap && shown > 0 {
			out.WriteString("  …\n")
		}
		shown, gap = shown+1, false
		out.WriteString(line)
	}
	if shown == 0 {
		return "", fmt.Errorf("no line matches %q in:\n%s", expression, text)
	}
	return out.String(), nil
}
