package raft

import (
	"simrun/models"
	"simrun/sim"
)

// Sites of the servers: at each they may, for once, do what is allowed and rare (see [sim.Env.Buggify]).
const (
	siteShortTimeout  sim.SiteName = "short-timeout"
	siteSmallBatch    sim.SiteName = "small-batch"
	siteSendAgain     sim.SiteName = "send-again"
	siteNoAnswer      sim.SiteName = "no-answer"
	siteEarlySnapshot sim.SiteName = "early-snapshot"
	siteKeepNothing   sim.SiteName = "keep-nothing"
	siteSmallChunk    sim.SiteName = "small-chunk"
)

// Sites lists the sites of a model of these servers.
func Sites() []models.Site {
	return []models.Site{
		{Name: siteShortTimeout, Summary: "the next election timeout is the shortest that there is, so that several servers stand at once"},
		{Name: siteSmallBatch, Summary: "AppendEntries carries one entry"},
		{Name: siteSendAgain, Summary: "a leader sends again what a server has not acknowledged"},
		{Name: siteNoAnswer, Summary: "a client gets no answer, as if the message were lost, and asks again"},
		{Name: siteEarlySnapshot, Summary: "the log is compacted before it is long"},
		{Name: siteKeepNothing, Summary: "compaction keeps no entries for servers that are a little behind"},
		{Name: siteSmallChunk, Summary: "a message carries a few bytes of a snapshot"},
	}
}
