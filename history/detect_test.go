package history

import "testing"

func TestDetect(t *testing.T) {
	for text, want := range map[string]Format{
		"":          JSONL,
		"\n \n":     JSONL,
		"[]":        JSON,
		"[ \n]":     JSON,
		"[{:a 1}]":  EDN,
		"[;c\n{}]":  EDN,
		"[{\"a\":1": JSON,
		"({:a 1})":  EDN,
		"#_x {}":    EDN,
		"; text":    EDN,
		"{:process": EDN,
		"{ ; c\n":   EDN,
		"{}":        EDN,
		"{\"type\":\"invoke\"}\n{\"index\":1,\"time\":1,\"process\":1,\"type\":\"ok\",\"f\":\"x\"}": JSON,
		"{\"f\":\"x\",\"type\":\"ok\",\"process\":1,\"time\":1,\"index\":1}":                        JSONL,
		"INFO  jepsen.core - hello\nINFO  jepsen.util - 0 :ok :read nil\n":                          JepsenLog,
		"INFO  jepsen.core - hello\n":     JepsenLog,
		"0\t:invoke\t:read\tnil\n":        JepsenLog,
		":nemesis\t:info\t:start\tnil\n":  JepsenLog,
		"call,return,f,process\n":         CSV,
		"\uFEFFprocess,f,call,return\r\n": CSV,
		"process":                         Auto,
		"time,client\n":                   Auto,
		"<html>":                          Auto,
		"\x00\x01":                        Auto,
		"0 ok read nil\n":                 Auto,
	} {
		if got := Detect([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, info := range Formats() {
		if f, err := ParseFormat(string(info.Format)); err != nil || f != info.Format || info.Summary == "" {
			t.Errorf("%+v: %v, %v", info, f, err)
		}
	}
	if _, err := ParseFormat("edm"); message(err) != `unknown history format "edm"; did you mean "edn"? available: csv, edn, jepsen-log, json, jsonl` {
		t.Error(err)
	}
}
