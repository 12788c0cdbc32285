// Package survival says how many trials something takes to happen, from observations some of which ended before it did.
package survival

import (
	"cmp"
	"math/big"
	"slices"

	"simrun/internal/count"
)

// Start is one observation: trials, one after the other, until it happened.
type Start struct {
	Trials   uint64 `json:"trials"`
	Censored bool   `json:"censored,omitempty"` // given up after the last of them: it had not happened
}

// Estimate is what starts say together.
type Estimate struct {
	// Median is the number of trials within which it happens to half of all starts, by the estimate of Kaplan and Meier, "Nonparametric Estimation
	// from Incomplete Observations" (JASA 1958). 0: more than Beyond, the trials of the longest start.
	Median uint64 `json:"median,omitempty"`
	Beyond uint64 `json:"beyond,omitempty"`

	// Low and High enclose the median with a probability of at least 95 %, whatever the distribution, by order statistics (David and Nagaraja, "Order
	// Statistics", section 7.1). What was given up counts for Low as over at the next trial, and for High as never over. Low 1 and High 0, which is no
	// bound, are all that fewer than six starts can say.
	Low  uint64 `json:"low"`
	High uint64 `json:"high,omitempty"`

	// Left is the share of starts to which it has not happened at the end, by the same estimate, in thousandths.
	Left uint64 `json:"left_thousandths"`
}

// Of estimates from starts, of which there is at least one.
func Of(starts []Start) Estimate {
	e := kaplanMeier(starts)
	e.Low, e.High = interval(starts)
	return e
}

// kaplanMeier multiplies, over the trials at which it happened, the shares of those still under way to which it did not.
func kaplanMeier(starts []Start) Estimate {
	starts = slices.SortedFunc(slices.Values(starts), func(a, b Start) int {
		if a.Trials == b.Trials && a.Censored != b.Censored { // what happened comes before what is given up at the same trial
			return map[bool]int{false: -1, true: 1}[a.Censored]
		}
		return cmp.Compare(a.Trials, b.Trials)
	})
	e := Estimate{Beyond: starts[len(starts)-1].Trials}
	left, half := big.NewRat(1, 1), big.NewRat(1, 2)
	for i, s := range starts {
		if s.Censored {
			continue
		}
		underWay := int64(len(starts) - i)
		left.Mul(left, big.NewRat(underWay-1, underWay))
		if e.Median == 0 && left.Cmp(half) <= 0 {
			e.Median, e.Beyond = s.Trials, 0
		}
	}
	thousandths := new(big.Int).Mul(left.Num(), big.NewInt(1000))
	e.Left = thousandths.Div(thousandths, left.Denom()).Uint64()
	return e
}

// interval is between two starts in order of size, as many from either end.
func interval(starts []Start) (low, high uint64) {
	from := rank(len(starts))
	if from == 0 {
		return 1, 0
	}
	var least, most []uint64
	for _, s := range starts {
		if s.Censored {
			least = append(least, s.Trials+1)
		} else {
			least, most = append(least, s.Trials), append(most, s.Trials)
		}
	}
	slices.Sort(least)
	slices.Sort(most)
	if last := len(starts) - from; last < len(most) {
		high = most[last]
	}
	return least[from-1], high
}

// rank is the greatest r such that the r-th smallest of n values is above the median with a probability of at most 2.5 %; 0 if there is none.
// That is the probability that fewer than r of n throws of a coin show heads.
func rank(n int) int {
	allowed := new(big.Int).Lsh(big.NewInt(25), uint(n)) // of 2^n outcomes, in thousandths
	fewer := new(big.Int)
	for r := 0; ; r++ {
		fewer.Add(fewer, new(big.Int).Mul(big.NewInt(1000), new(big.Int).Binomial(int64(n), int64(r))))
		if fewer.Cmp(allowed) > 0 {
			return r
		}
	}
}

// String says the median and its interval: "41 (12-95)", "41 (12 or more)" or, where more than half were given up, "> 2,000 (1,204 or more)".
func (e Estimate) String() string {
	if e.Median == 0 {
		return "> " + count.Grouped(e.Beyond) + e.within()
	}
	return count.Grouped(e.Median) + e.within()
}

func (e Estimate) within() string {
	switch {
	case e.High > 0:
		return " (" + count.Grouped(e.Low) + "-" + count.Grouped(e.High) + ")"
	case e.Low > 1:
		return " (" + count.Grouped(e.Low) + " or more)"
	}
	return ""
}
