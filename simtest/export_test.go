package simtest

// CompareKept is what Corpus does with the run of a case.
var CompareKept = compareKept
