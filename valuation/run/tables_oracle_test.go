package run

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// A tableRow is a raw row as the oracle of the base's tables sees it.
type tableRow struct {
	orderRow
	margin  int64
	at      int64
	orderID string
	channel *string
}

// A person is a customer with a purchase, as the oracle sees them.
type person struct {
	channel       *string
	first, second int // days; second is 0 without a repeat
	cohort        int // month
	revenue       int64
	months        map[int]*activity
}

type activity struct{ purchases, revenue, margin int64 }

// monthOf counts months from year 0.
func monthOf(day int) int {
	date := time.Unix(int64(day)*86400, 0).UTC()
	return date.Year()*12 + int(date.Month()) - 1
}

func firstDayOf(month int) int {
	return int(time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// isOver reports whether as_of completes a month.
func isOver(month, asOf int) bool { return firstDayOf(month+1) <= asOf+1 }

// people computes every customer with a purchase from raw rows, by maps and
// loops.
func people(rows []tableRow, asOf int, zeroIsPurchase bool) []*person {
	byCustomer := map[string][]tableRow{}
	for _, row := range rows {
		if row.day <= asOf {
			byCustomer[row.customer] = append(byCustomer[row.customer], row)
		}
	}
	var base []*person
	for _, rows := range byCustomer {
		net := map[int]int64{}
		for _, row := range rows {
			net[row.day] += row.minor
		}
		p := &person{months: map[int]*activity{}}
		var days []int
		for day, minor := range net {
			if minor > 0 || zeroIsPurchase && minor == 0 {
				days = append(days, day)
			}
		}
		if len(days) == 0 {
			continue
		}
		slices.Sort(days)
		p.first, p.cohort = days[0], monthOf(days[0])
		if len(days) > 1 {
			p.second = days[1]
		}
		in := func(day int) *activity {
			month := monthOf(day)
			if p.months[month] == nil {
				p.months[month] = &activity{}
			}
			return p.months[month]
		}
		for _, day := range days {
			in(day).purchases++
		}
		slices.SortFunc(rows, func(a, b tableRow) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.orderID, b.orderID)) })
		for _, row := range rows {
			in(row.day).revenue += row.minor
			in(row.day).margin += row.margin
			p.revenue += row.minor
			if row.day == p.first && row.minor >= 0 && p.channel == nil {
				p.channel = row.channel
			}
		}
		base = append(base, p)
	}
	return base
}

// cell is what the oracle says of a cohort at an age. Money is in minor units.
type cell struct {
	customers int64
	over      bool
	active    int64
	activity
	soFar activity // from age 0 to this
}

// cellKey is a cohort month and an age in months.
type cellKey struct{ cohort, age int }

func oracleCohorts(base []*person, asOf int) map[cellKey]*cell {
	cells := map[cellKey]*cell{}
	for _, p := range base {
		for age := 0; p.cohort+age <= monthOf(asOf); age++ {
			key := cellKey{p.cohort, age}
			if cells[key] == nil {
				cells[key] = &cell{over: isOver(p.cohort+age, asOf)}
			}
			c := cells[key]
			c.customers++
			for month, did := range p.months {
				at := max(0, month-p.cohort)
				if at == age {
					c.purchases += did.purchases
					c.revenue += did.revenue
					c.margin += did.margin
					if did.purchases > 0 {
						c.active++
					}
				}
				if at <= age {
					c.soFar.revenue += did.revenue
					c.soFar.margin += did.margin
				}
			}
		}
	}
	return cells
}

// scopesOf are the scopes a customer is in, as text.
func scopesOf(p *person, hasChannel bool) []string {
	month := dateText(firstDayOf(p.cohort))
	scopes := []string{scopeText("all", nil, nil), scopeText("cohort", &month, nil)}
	if hasChannel {
		scopes = append(scopes, scopeText("channel", nil, p.channel))
	}
	return scopes
}

func scopeText(scope string, month, channel *string) string {
	return fmt.Sprintf("%s %s %s", scope, orNull(month), orNull(channel))
}

func orNull(text *string) string {
	if text == nil {
		return "null"
	}
	return fmt.Sprintf("%q", *text)
}

func dateText(day int) string {
	return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}

// window is how many of how many repeated within days.
type window struct{ customers, repeaters int64 }

func oracleWindows(base []*person, asOf int, hasChannel bool) map[string]*window {
	windows := map[string]*window{}
	for _, p := range base {
		for _, scope := range scopesOf(p, hasChannel) {
			for _, days := range []int{30, 60, 90, 180, 365} {
				key := fmt.Sprintf("%s %d", scope, days)
				if windows[key] == nil {
					windows[key] = &window{}
				}
				if asOf-p.first < days {
					continue
				}
				windows[key].customers++
				if p.second != 0 && p.second-p.first <= days {
					windows[key].repeaters++
				}
			}
		}
	}
	return windows
}

// curvePoint is the repeat curve on a day; a NaN bound is unknown.
type curvePoint struct {
	atRisk, events         int64
	probability, low, high float64
}

// oracleCurve goes through the days and the subjects of each scope, as the
// definition has it.
func oracleCurve(base []*person, asOf int, hasChannel bool) map[string]curvePoint {
	members := map[string][]*person{}
	for _, p := range base {
		for _, scope := range scopesOf(p, hasChannel) {
			members[scope] = append(members[scope], p)
		}
	}
	points := map[string]curvePoint{}
	for scope, group := range members {
		ended, repeated := make([]int64, 2000), make([]int64, 2000)
		for _, p := range group {
			if p.second != 0 {
				repeated[p.second-p.first]++
				ended[p.second-p.first]++
			} else {
				ended[asOf-p.first]++
			}
		}
		points[scope+" 0"] = curvePoint{atRisk: int64(len(group))}
		left, logSurvival, variance := int64(len(group)), 0.0, 0.0
		for day := range ended {
			if events := repeated[day]; events > 0 {
				logSurvival += math.Log1p(-float64(events) / float64(left))
				variance += float64(events) / float64(left) / float64(left-events)
				point := curvePoint{left, events, -math.Expm1(logSurvival), math.NaN(), math.NaN()}
				if left > events {
					spread := 1.959963984540054 * math.Sqrt(variance) / -logSurvival
					center := math.Log(-logSurvival)
					point.low = 1 - math.Exp(-math.Exp(center-spread))
					point.high = 1 - math.Exp(-math.Exp(center+spread))
				}
				points[fmt.Sprintf("%s %d", scope, day)] = point
			}
			left -= ended[day]
		}
	}
	return points
}

// share is a part of a whole, and the buyers behind it.
type share struct{ part, whole, buyers int64 }

func oracleReturning(base []*person, asOf int) map[string]*share {
	shares := map[string]*share{}
	first := math.MaxInt
	for _, p := range base {
		first = min(first, p.cohort)
	}
	for _, p := range base {
		for month, did := range p.months {
			if !isOver(month, asOf) {
				continue
			}
			keys := []string{dateText(firstDayOf(month)) + " null"}
			if p.channel != nil {
				keys = append(keys, dateText(firstDayOf(month))+" "+orNull(p.channel))
			}
			for _, key := range keys {
				for _, metric := range []string{"buyers", "revenue"} {
					id := "returning_share_of_" + metric + " " + key
					if shares[id] == nil {
						shares[id] = &share{}
					}
					amount, buyers := did.revenue, int64(0)
					if did.purchases > 0 {
						buyers = 1
					}
					if metric == "buyers" {
						amount = buyers
					}
					if month > first { // the first month has no earlier one: a share of nothing
						shares[id].whole += amount
					}
					shares[id].buyers += buyers
					if month > p.cohort {
						shares[id].part += amount
					}
				}
			}
		}
	}
	for id, s := range shares {
		if s.buyers == 0 {
			delete(shares, id) // nobody bought: no row
		}
	}
	return shares
}

// oracleConcentration returns value and n by metric, from the sorted list of
// everybody's revenue.
func oracleConcentration(base []*person) map[string][2]float64 {
	var held []float64
	total := 0.0
	for _, p := range base {
		held = append(held, math.Max(0, float64(p.revenue)))
		total += math.Max(0, float64(p.revenue))
	}
	slices.Sort(held)
	n := len(held)
	above, differences, before := 0.0, 0.0, 0.0
	for i, amount := range held {
		if amount > total/10 {
			above++
		}
		differences += float64(i)*amount - before // from each that is smaller
		before += amount
	}
	want := map[string][2]float64{
		"customers_above_10_percent": {above, float64(n)},
		"largest_customer_share":     {held[n-1] / total, 1},
		"gini":                       {differences / (float64(n) * total), float64(n)},
	}
	for _, percent := range []int{1, 5, 10, 20} {
		top := max(1, n*percent/100)
		sum := 0.0
		for _, amount := range held[n-top:] {
			sum += amount
		}
		want[fmt.Sprintf("top_%d_percent_share", percent)] = [2]float64{sum / total, float64(top)}
	}
	return want
}
