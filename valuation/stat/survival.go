package stat

import (
	"cmp"
	"math"
	"slices"
)

// EventCount is how many subjects ended on a day after their start: with the event,
// or by censoring, because they were watched no longer.
type EventCount struct {
	Day      int64
	Events   int64
	Censored int64
}

// SurvivalPoint is the Kaplan-Meier estimate from a day on.
type SurvivalPoint struct {
	Day    int64
	AtRisk int64 // without the event before this day, and watched up to it at least
	Events int64
	// Survival is the probability of no event up to and on this day.
	Survival float64
	// Low and High are the 95 % interval of Survival, NaN where there is none.
	Low, High float64
}

// KaplanMeier returns the estimate at day 0 and at every day with an event, in
// order. A subject censored on a day counts as at risk on that day. Counts may
// come in any order and share days.
//
// The interval is symmetric in log(-log S), with Greenwood's variance. Special
// cases are:
//
//	S = 1: the interval is 1 to 1. This is day 0 alone, where nothing can have
//	       happened yet.
//	S = 0: the interval is NaN. All at risk had the event, and Greenwood's
//	       variance is infinite.
//
// Kaplan & Meier (1958), "Nonparametric Estimation from Incomplete
// Observations", Journal of the American Statistical Association 53;
// Kalbfleisch & Prentice (2002), "The Statistical Analysis of Failure Time
// Data", 2nd edition, section 1.4.
func KaplanMeier(counts []EventCount) []SurvivalPoint {
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b EventCount) int { return cmp.Compare(a.Day, b.Day) })
	atRisk := int64(0)
	for _, c := range counts {
		atRisk += c.Events + c.Censored
	}
	var points []SurvivalPoint
	survival := 1.0
	greenwood := 0.0 // the variance of log S
	point := func(day, events int64) {
		if events > 0 {
			survival *= float64(atRisk-events) / float64(atRisk)
			greenwood += float64(events) / (float64(atRisk) * float64(atRisk-events))
		}
		p := SurvivalPoint{Day: day, AtRisk: atRisk, Events: events, Survival: survival, Low: 1, High: 1}
		switch {
		case survival == 0:
			p.Low, p.High = math.NaN(), math.NaN()
		case survival < 1:
			// log(-log S) has the standard error sqrt(greenwood) / |log S|, and
			// adding to it raises S to a power.
			power := math.Exp(Z * math.Sqrt(greenwood) / -math.Log(survival))
			p.Low, p.High = math.Pow(survival, power), math.Pow(survival, 1/power)
		}
		points = append(points, p)
	}
	if len(counts) == 0 || counts[0].Day > 0 {
		point(0, 0)
	}
	for start := 0; start < len(counts); {
		day, events, ended := counts[start].Day, int64(0), int64(0)
		for ; start < len(counts) && counts[start].Day == day; start++ {
			events += counts[start].Events
			ended += counts[start].Events + counts[start].Censored
		}
		if events > 0 || day == 0 {
			point(day, events)
		}
		atRisk -= ended
	}
	return points
}

// MedianDay returns the first day by which half have had the event, with the
// 95 % interval of it (Brookmeyer & Crowley 1982): the days from and to which the
// interval of the curve holds a half. Each is nil where
// its curve stays above a half.
func MedianDay(points []SurvivalPoint) (median, low, high *int64) {
	const half = 0.5 + 1e-12 // a product of shares may miss the half that it equals
	for _, p := range points {
		if median == nil && p.Survival <= half {
			median = &p.Day
		}
		if low == nil && p.Low <= half {
			low = &p.Day
		}
		if high == nil && p.High <= half {
			high = &p.Day
		}
	}
	return median, low, high
}
